import { integer } from '../random.ts';
import { anyHash, anyInput, type Caller, type FacadeCalls, framed } from './caller.ts';
import { anyBytes, anyNumber, damaged, hugeBytes } from './chance.ts';

function encoded({ core, random, frame, state }: Caller): Uint8Array {
  const numbers = { protocol: anyNumber(random), coreHash: anyHash(random) };
  switch (integer(random, 0, 8)) {
    case 0:
      return core.encodeHello({
        ...numbers,
        resumeFrame: anyNumber(random),
        resumeHash: anyHash(random),
      });
    case 1:
      return core.encodeWelcome({
        ...numbers,
        epoch: anyNumber(random),
        entity: anyNumber(random),
        nextFrame: anyNumber(random),
        resumed: random() < 0.5,
      });
    case 2:
      return core.encodeInput(anyNumber(random), anyBytes(random, 70));
    case 3:
      return core.encodePing(anyNumber(random));
    case 4:
      return core.encodePong(anyNumber(random));
    case 5:
      return core.encodeSnapshot(anyNumber(random), state);
    case 6: {
      const leaves = Uint32Array.from({ length: integer(random, 0, 20) }, () => anyNumber(random));
      return core.encodeFrame(frame, { leaves, enter: anyBytes(random, 90) });
    }
    case 7:
      return core.encodeRepair(anyNumber(random), anyHash(random));
    default:
      return core.encodeTiming({
        inputFrame: anyNumber(random),
        slackMs: anyNumber(random),
        replaced: anyNumber(random),
      });
  }
}

/** Frames, entries and messages. */
export const WIRE_CALLS: FacadeCalls = {
  checkFrame: { looks: true, call: (c) => c.core.checkFrame(framed(c)) },
  frameInputs: { looks: true, call: (c) => c.core.frameInputs(framed(c)) },
  readFrameHeader: {
    looks: true,
    call: ({ core, random }) => core.readFrameHeader(anyBytes(random, 30)),
  },
  sameFrame: { looks: true, call: (c) => c.core.sameFrame(c.frame, framed(c)) },
  encodeEntry: { looks: true, call: ({ core, random }) => core.encodeEntry(anyInput(random)) },
  decodeEntry: {
    looks: true,
    call: ({ core, random }) =>
      core.decodeEntry(random() < 0.99 ? anyBytes(random, 60) : hugeBytes(random)),
  },
  decodeMessage: {
    looks: true,
    call(c) {
      const { core, random } = c;
      const chance = random();
      if (chance < 0.4) return core.decodeMessage(encoded(c));
      if (chance < 0.7) return core.decodeMessage(damaged(random, encoded(c)));
      return core.decodeMessage(chance < 0.99 ? anyBytes(random, 100) : hugeBytes(random));
    },
  },
  encodeHello: { looks: true, share: 0.3, call: encoded },
};
