import type { KeepingState } from '../../host/messages.ts';
import { integer } from '../random.ts';
import { anyHash, anyInput, type Caller, type FacadeCalls, framed } from './caller.ts';
import { anyBytes, anyNumber, damaged, hugeBytes } from './chance.ts';

const PACKED_FRAMES_MAX = 300_000;

function encoded({ core, random, state }: Caller): Uint8Array {
  const numbers = { protocol: anyNumber(random), coreHash: anyHash(random) };
  switch (integer(random, 0, 8)) {
    case 0:
      return core.encodeHello({
        ...numbers,
        resumeFrame: anyNumber(random),
        resumeHash: anyHash(random),
        resumeLease: anyNumber(random),
        instance: anyNumber(random),
        attempt: anyNumber(random),
      });
    case 1:
      return core.encodeWelcome({
        ...numbers,
        epoch: anyNumber(random),
        entity: anyNumber(random),
        nextFrame: anyNumber(random),
        resumed: random() < 0.5,
        lease: anyNumber(random),
      });
    case 2:
      return core.encodeInput(anyNumber(random), anyBytes(random, 70));
    case 3:
      return core.encodePing(anyNumber(random));
    case 4:
      return core.encodePong(anyNumber(random));
    case 5:
      return core.encodeKeeping({
        state: integer(random, 0, 3) as KeepingState,
        lease: anyNumber(random),
        began: anyNumber(random),
        kept: anyNumber(random),
      });
    case 6:
      return core.encodeSpare(anyNumber(random));
    case 7:
      return core.encodeSnapshot(anyNumber(random), state);
    default: {
      const hashes = Uint32Array.from({ length: integer(random, 0, 20) }, () => anyNumber(random));
      return core.encodeRepair({ frame: anyNumber(random), proof: anyHash(random), hashes });
    }
  }
}

/** What a player's next chunk says is what went in, however odd the input or the history. */
function packedAndBack(c: Caller): Uint8Array | null {
  const { core, random } = c;
  if (random() < 0.01) {
    const [byte, length] = [integer(random, 0, 255), integer(random, 0, 140)];
    for (const history of c.histories) history.fill(byte, 0, length);
  }
  const [sent, received] = c.histories;
  const entry = random() < 0.9 ? core.encodeEntry(anyInput(random)) : anyBytes(random, 60);
  const chunk = core.packEntry(sent, entry);
  if (chunk === null) return null;
  core.unpackEntry(received.slice(), damaged(random, chunk));
  const back = core.unpackEntry(received, chunk);
  if (back?.length !== chunk.length) throw new Error('a packed entry did not come back');
  for (const [i, byte] of entry.entries()) {
    if (back.entry[i] !== byte) throw new Error('a packed entry came back different');
  }
  return chunk;
}

/** A frame that is packed comes back; what no core packed is refused or gives whole frames. */
function frameAndBack(c: Caller): Uint8Array | null {
  const { core, random } = c;
  const frame = framed(c);
  core.runBegin();
  const packed = core.packFrame(frame);
  core.runBegin();
  if (packed === null) return null;
  const back = core.unpackFrames(packed, frame.length);
  if (back?.length !== 1 || Buffer.compare(back[0] as Uint8Array, frame) !== 0) {
    throw new Error('a packed frame did not come back');
  }
  for (const odd of core.unpackFrames(damaged(random, packed), PACKED_FRAMES_MAX) ?? []) {
    if (core.checkFrame(odd) !== 0) throw new Error('what was unpacked is no frame');
  }
  return packed;
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
  newHistory: {
    looks: true,
    share: 0.05,
    call: (c) => {
      c.histories = [c.core.newHistory(), c.core.newHistory()];
    },
  },
  packEntry: { looks: true, call: packedAndBack },
  unpackEntry: {
    looks: true,
    call: ({ core, random, histories: [, received] }) =>
      core.unpackEntry(
        received.slice(),
        random() < 0.99 ? anyBytes(random, 70) : hugeBytes(random),
      ),
  },
  runBegin: { looks: true, share: 0.1, call: ({ core }) => core.runBegin() },
  packFrame: { looks: true, share: 0.5, call: frameAndBack },
  unpackFrames: {
    looks: true,
    share: 0.5,
    call: ({ core, random }) =>
      core.unpackFrames(
        random() < 0.99 ? anyBytes(random, 90) : hugeBytes(random),
        PACKED_FRAMES_MAX,
      )?.length,
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
