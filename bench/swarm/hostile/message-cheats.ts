import { Opcode } from './attacker.ts';
import {
  type Cheat,
  endingOf,
  harmlessIf,
  hello,
  type Intruder,
  inputFor,
  join,
  STILL,
  type Stage,
} from './stage.ts';

const ANSWER_MS = 10_000;
const FLOOD_MESSAGES = 1_000;

function sending(
  name: string,
  expected: Cheat['expected'],
  act: (intruder: Intruder, stage: Stage) => void,
): Cheat {
  return {
    name,
    expected,
    async run(stage) {
      const intruder = await join(stage);
      act(intruder, stage);
      return endingOf(intruder, ANSWER_MS);
    },
  };
}

/** An input whose first intent has a moveX that no core makes: ranges are symmetric. */
function outOfRange(stage: Stage, frame: number): Uint8Array {
  const message = inputFor(stage, frame, { ...STILL, moveX: 127 }).slice();
  const at = message.indexOf(127);
  message[at] = 0x80;
  return message;
}

/** What is said in the world that must not be said. */
export const MESSAGE_CHEATS: readonly Cheat[] = [
  sending('truncated message', 'closed 4000', (intruder, stage) => {
    intruder.send(inputFor(stage, intruder.frame()).slice(0, -1));
  }),
  sending('bytes behind the end', 'closed 4000', (intruder, stage) => {
    intruder.send(Uint8Array.from([...inputFor(stage, intruder.frame()), 0]));
  }),
  sending('empty message', 'closed 4000', (intruder) => intruder.send(new Uint8Array(0))),
  sending('unknown kind', 'closed 4000', (intruder) => intruder.send(Uint8Array.from([0x7f, 1]))),
  sending('intent out of range', 'closed 4000', (intruder, stage) => {
    intruder.send(outOfRange(stage, intruder.frame() + 3));
  }),
  sending('text', 'closed 4000', (intruder) => {
    intruder.send(Buffer.from('GIVE ALL'), Opcode.TEXT);
  }),
  sending('oversize', 'closed 1009', (intruder) => intruder.send(new Uint8Array(4000))),
  sending('oversize beyond the engine', 'closed 1009', (intruder) => {
    intruder.send(new Uint8Array(40_000));
  }),
  sending('a message of the server', 'closed 4001', (intruder, { codec }) => {
    intruder.send(codec.encodePong(1));
  }),
  sending('hello in the world', 'closed 4001', (intruder, stage) => intruder.send(hello(stage))),
  sending('spare in the world', 'closed 4001', (intruder, { codec }) => {
    intruder.send(codec.encodeSpare(1));
  }),
  sending('unmasked frame', ['closed 1002', 'cut'], (intruder) => {
    intruder.raw(Uint8Array.from([0x82, 1, 3]));
  }),
  sending('flood of pings', 'closed 1008', (intruder, { codec }) => {
    for (let i = 0; i < FLOOD_MESSAGES; i++) intruder.send(codec.encodePing(i));
  }),
  sending('flood of inputs', 'closed 1008', (intruder, stage) => {
    const frame = intruder.frame();
    for (let i = 0; i < FLOOD_MESSAGES; i++) intruder.send(inputFor(stage, frame + (i % 30)));
  }),
  sending('flood of control frames', 'closed 1008', (intruder) => {
    for (let i = 0; i < FLOOD_MESSAGES; i++) intruder.send(new Uint8Array(4), Opcode.PING);
  }),
  ...[
    ['resume from the future', 0xfffffff0, 1n],
    ['resume with another’s hash', 1, 0x1234567890abcdefn],
  ].map(
    ([name, resumeFrame, resumeHash]): Cheat => ({
      name: name as string,
      expected: 'harmless',
      async run(stage) {
        const change = { resumeFrame: resumeFrame as number, resumeHash: resumeHash as bigint };
        const intruder = await join(stage, change);
        return harmlessIf(stage, intruder, () =>
          intruder.heard.snapshots === 1 ? null : 'it got no state of its own',
        );
      },
    }),
  ),
  {
    name: 'repairs all the time',
    expected: 'harmless',
    async run(stage) {
      const seconds = 4;
      const intruder = await join(stage);
      for (let i = 0; i < seconds * 20 && intruder.isOpen; i++) {
        const frame = Math.max(0, intruder.frame());
        const hashes = new Uint32Array(i % 100);
        intruder.send(stage.codec.encodeRepair({ frame, proof: BigInt(i), hashes }));
        await Bun.sleep(50);
      }
      return harmlessIf(stage, intruder, () =>
        intruder.heard.snapshots <= seconds + 2 ? null : `${intruder.heard.snapshots} snapshots`,
      );
    },
  },
];
