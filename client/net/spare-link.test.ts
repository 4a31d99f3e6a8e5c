import { expect, test } from 'bun:test';
import type { ClientLink } from './socket.ts';
import { SPARE_RETRY_MS, SpareLink } from './spare-link.ts';

interface FakeLink extends ClientLink {
  state: ClientLink['state'];
  bufferedBytes: number;
  readonly sent: Uint8Array[];
}

function fakeLink(): FakeLink {
  const sent: Uint8Array[] = [];
  return {
    state: 'connecting',
    closeCode: 0,
    closeReason: '',
    bufferedBytes: 0,
    sent,
    send: (bytes) => void sent.push(bytes),
    receive: () => null,
    close() {
      this.state = 'closed';
    },
  };
}

const GREETING = Uint8Array.of(5, 1, 0, 0, 0);
const input = (number: number) => Uint8Array.of(2, number);

/** A spare link whose sockets are in the test's hand. */
function stage() {
  const links: FakeLink[] = [];
  let refusals = 0;
  const spare = new SpareLink({
    connect: () => {
      const link = fakeLink();
      links.push(link);
      return link;
    },
    greeting: () => GREETING,
    onRefused: () => refusals++,
    random: () => 0.5,
  });
  return { spare, links, refusals: () => refusals };
}

test('it opens with the first input, greets once and then sends each', () => {
  const { spare, links } = stage();
  expect(links).toHaveLength(0);
  expect(spare.send(input(1), 0)).toBe(0);
  expect(spare.send(input(2), 50)).toBe(0);
  expect(spare.isOpen).toBe(false);
  const [link] = links as [FakeLink];
  link.state = 'open';
  expect(spare.send(input(3), 100)).toBe(GREETING.length + 2);
  expect(spare.send(input(4), 150)).toBe(2);
  expect(link.sent).toEqual([GREETING, input(3), input(4)]);
  expect(spare.isOpen).toBe(true);
  expect(links).toHaveLength(1);
});

test('one that breaks is tried again after a while, not at once', () => {
  const { spare, links, refusals } = stage();
  spare.send(input(1), 0);
  (links[0] as FakeLink).state = 'open';
  spare.send(input(2), 50);
  (links[0] as FakeLink).state = 'closed';
  for (let atMs = 100; atMs <= SPARE_RETRY_MS * 1.25; atMs += 50) spare.send(input(3), atMs);
  expect(links).toHaveLength(1);
  spare.send(input(4), 100 + SPARE_RETRY_MS * 1.25);
  expect(links).toHaveLength(2);
  (links[1] as FakeLink).state = 'open';
  spare.send(input(5), 40_000);
  (links[1] as FakeLink).state = 'closed';
  for (let atMs = 40_050; atMs < 100_000; atMs += 50) spare.send(input(6), atMs);
  expect(links).toHaveLength(2);
  // The door had opened: the ticket is good.
  expect(refusals()).toBe(0);
});

test('a door that does not open may want another ticket', () => {
  const { spare, links, refusals } = stage();
  spare.send(input(1), 0);
  (links[0] as FakeLink).state = 'closed';
  spare.send(input(2), 50);
  expect(refusals()).toBe(1);
});

test('one that never opens, or passes nothing on, is given up', () => {
  const { spare, links } = stage();
  spare.send(input(1), 0);
  spare.send(input(2), 10_001);
  expect((links[0] as FakeLink).state).toBe('closed');
  spare.send(input(3), 60_000);
  const second = links[1] as FakeLink;
  second.state = 'open';
  spare.send(input(4), 60_050);
  second.bufferedBytes = 4096;
  spare.send(input(5), 60_100);
  expect(links[1]).toMatchObject({ state: 'closed' });
});

test('a session that begins anew greets anew, at once', () => {
  const { spare, links } = stage();
  spare.send(input(1), 0);
  (links[0] as FakeLink).state = 'open';
  spare.send(input(2), 50);
  spare.close();
  expect(spare.isOpen).toBe(false);
  spare.send(input(3), 100);
  const second = links[1] as FakeLink;
  second.state = 'open';
  spare.send(input(4), 150);
  expect(second.sent).toEqual([GREETING, input(4)]);
});
