import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { KeepingState, MessageKind } from '../../core-wasm/host/messages.ts';
import { Durability, type Durable } from './durability.ts';

const { SOUND, BEHIND, PAUSED } = KeepingState;

function keeping(lease: number, began: number, kept = began, state: KeepingState = SOUND) {
  return { kind: MessageKind.KEEPING, state, lease, began, kept };
}

const durableOf = (durability: Durability): number => durability.statusAt(0).durableFrame;

/** What became of waits so far, by their names. */
function watch(waits: Record<string, Promise<Durable>>): Record<string, Durable> {
  const seen: Record<string, Durable> = {};
  for (const [name, wait] of Object.entries(waits)) {
    void wait.then((outcome) => {
      seen[name] = outcome;
    });
  }
  return seen;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a wait ends with the frame that says so, not before', async () => {
  const durability = new Durability();
  durability.onKeeping(keeping(3, 100), 0);
  expect(durableOf(durability)).toBe(99);
  const seen = watch({
    a: durability.when(104),
    b: durability.when(106),
    past: durability.when(9),
  });
  durability.onFrame(106, null);
  durability.onFrame(107, 4);
  await settle();
  expect(seen).toEqual({ past: 'durable' });
  durability.onFrame(110, 6);
  await settle();
  expect(seen).toEqual({ past: 'durable', a: 'durable' });
  durability.onKeeping(keeping(3, 100, 107, PAUSED), 0);
  await settle();
  expect(seen.b).toBe('durable');
  expect(durableOf(durability)).toBe(106);
});

test('the next server has what it found, and what the last one did not keep is lost', async () => {
  const durability = new Durability();
  durability.onKeeping(keeping(3, 100), 0);
  const seen = watch({ found: durability.when(119), gone: durability.when(120) });
  durability.restart();
  durability.onKeeping(keeping(4, 120), 0);
  // The new server's frame 120 is another one.
  durability.onFrame(130, 0);
  await settle();
  expect(seen).toEqual({ found: 'durable', gone: 'lost' });
});

test('with a server in between nothing is known, so nothing is promised', async () => {
  const durability = new Durability();
  durability.onKeeping(keeping(3, 100), 0);
  const seen = watch({ wait: durability.when(119) });
  durability.onKeeping(keeping(5, 200), 0);
  await settle();
  expect(seen).toEqual({ wait: 'lost' });
});

test('who leaves is told that nothing more will be told', async () => {
  const durability = new Durability();
  const seen = watch({ wait: durability.when(5) });
  durability.end();
  await settle();
  expect(seen).toEqual({ wait: 'lost' });
  expect(await durability.when(6)).toBe('lost');
});

test('says since when the keeping is not sound', () => {
  const durability = new Durability();
  durability.onKeeping(keeping(1, 0, 0, BEHIND), 1000);
  durability.onKeeping(keeping(1, 0, 0, PAUSED), 9000);
  expect(durability.statusAt(9100)).toMatchObject({ state: PAUSED, unsoundMs: 8100 });
  durability.onKeeping(keeping(1, 0, 0, SOUND), 9500);
  expect(durability.statusAt(9600)).toMatchObject({ state: SOUND, unsoundMs: 0 });
});

test('whatever the order of news, no wait ends before its frame is durable', async () => {
  const news = fc.array(fc.tuple(fc.nat(200), fc.nat(200)), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(news, fc.array(fc.nat(200)), async (reports, frames) => {
      const durability = new Durability();
      durability.onKeeping(keeping(1, 0), 0);
      const outcomes: Array<readonly [number, number]> = [];
      let truth = 0;
      const waits = frames.map((frame) =>
        durability.when(frame).then(() => outcomes.push([frame, durableOf(durability)])),
      );
      for (const [frame, undurable] of reports) {
        truth = Math.max(truth, frame + 1 - undurable);
        durability.onFrame(frame, undurable);
        expect(durableOf(durability)).toBe(truth - 1);
      }
      await settle();
      for (const [frame, durable] of outcomes) expect(frame).toBeLessThanOrEqual(durable);
      expect(outcomes).toHaveLength(frames.filter((frame) => frame < truth).length);
      durability.end();
      await Promise.all(waits);
    }),
    { numRuns: 100 },
  );
});
