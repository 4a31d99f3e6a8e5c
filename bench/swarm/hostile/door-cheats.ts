import { offeredProtocols } from '../../../server/net/door.ts';
import { dial } from './attacker.ts';
import {
  type Cheat,
  endingOf,
  enter,
  hello,
  inputFor,
  join,
  knock,
  type Stage,
  takeTicket,
  waitFor,
} from './stage.ts';

const ANSWER_MS = 10_000;
/** The server's limits, with some patience: HELLO in 5 s, an HTTP request in 10 s. */
const HELLO_MS = 8_000;
const REQUEST_MS = 20_000;

function knockWith(
  name: string,
  expected: Cheat['expected'],
  offer: (stage: Stage) => Promise<string | null>,
): Cheat {
  return {
    name,
    expected,
    async run(stage) {
      return endingOf(await knock(stage, await offer(stage)), ANSWER_MS);
    },
  };
}

function greetWith(
  name: string,
  expected: Cheat['expected'],
  say: (stage: Stage) => Uint8Array[],
): Cheat {
  return {
    name,
    expected,
    async run(stage) {
      const attacker = await enter(stage);
      for (const message of say(stage)) attacker.send(message);
      return endingOf(attacker, ANSWER_MS);
    },
  };
}

/** The same claims with a signature that is one bit off. */
async function forge(stage: Stage): Promise<string> {
  const parts = (await takeTicket(stage)).split('.');
  const signature = parts[2] as string;
  const first = signature.startsWith('A') ? 'B' : 'A';
  return [parts[0], parts[1], first + signature.slice(1)].join('.');
}

/** Another account's number, and a header that says that nobody need have signed it. */
async function unsign(stage: Stage): Promise<string> {
  const parts = (await takeTicket(stage)).split('.');
  const claims = JSON.parse(Buffer.from(parts[1] as string, 'base64url').toString());
  const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [text({ alg: 'none', typ: 'JWT' }), text({ ...claims, sub: '1' }), parts[2]].join('.');
}

/** What is tried before there is a session. */
export const DOOR_CHEATS: readonly Cheat[] = [
  knockWith('no ticket', 'refused 401', async () => 'spacetime.v1'),
  knockWith('other subprotocol', 'refused 400', async () => 'chat'),
  knockWith('forged ticket', 'refused 401', async (stage) =>
    offeredProtocols(await forge(stage)).join(', '),
  ),
  knockWith('unsigned ticket', 'refused 401', async (stage) =>
    offeredProtocols(await unsign(stage)).join(', '),
  ),
  {
    name: 'ticket used twice',
    expected: 'closed 4003',
    async run(stage) {
      const ticket = await takeTicket(stage);
      const first = await enter(stage, ticket);
      first.send(hello(stage));
      await waitFor(() => first.take().length > 0 || !first.isOpen, ANSWER_MS);
      const second = await enter(stage, ticket);
      second.send(hello(stage));
      const outcome = await endingOf(first, ANSWER_MS);
      second.leave();
      return outcome;
    },
  },
  {
    name: 'half a request',
    expected: 'cut',
    async run(stage) {
      const attacker = await dial(stage.url);
      attacker.raw(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websock'));
      return endingOf(attacker, REQUEST_MS);
    },
  },
  {
    name: '20 sockets that leave at once',
    expected: 'harmless',
    async run(stage) {
      const ticket = await takeTicket(stage);
      const all = await Promise.all(Array.from({ length: 20 }, () => enter(stage, ticket)));
      for (const one of all) {
        one.send(hello(stage));
        one.leave();
      }
      const after = await join(stage);
      const isIn = after.frame() >= 0;
      after.leave();
      return isIn ? 'harmless' : 'harmful: nobody gets in any more';
    },
  },
  greetWith('spare of nobody', 'closed 4003', ({ codec }) => [codec.encodeSpare(1)]),
  {
    name: 'no hello',
    expected: 'closed 4006',
    run: async (stage) => endingOf(await enter(stage), HELLO_MS),
  },
  greetWith('input before hello', 'closed 4001', (stage) => [inputFor(stage, 1)]),
  greetWith('hello twice', 'closed 4001', (stage) => [hello(stage), hello(stage)]),
  greetWith('other protocol version', 'closed 4002', (stage) => [hello(stage, { protocol: 1 })]),
  greetWith('other core', 'closed 4002', (stage) => [hello(stage, { coreHash: 0xbadn })]),
];
