import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createSentFrames, keepSent, messagesSince, RESUME_FRAMES } from './sent-frames.ts';

const OBSERVERS = 3;
const RING_BYTES = 400;

/** Messages of so many bytes, one behind the other as the core lays them out. */
function messagesOf(frame: number, lengths: readonly number[]) {
  const placed: number[] = [];
  let used = 0;
  for (const length of lengths) {
    placed.push(used, length);
    used += length;
  }
  const bytes = Uint8Array.from({ length: used }, (_, i) => frame * 31 + i);
  return {
    readPlaces(places: Uint32Array) {
      places.set(placed);
      return used;
    },
    all: (length: number) => bytes.subarray(0, length),
    of: (observer: number) =>
      bytes.slice(
        placed[observer * 2] ?? 0,
        (placed[observer * 2] ?? 0) + (lengths[observer] ?? 0),
      ),
  };
}

const lengths = fc.array(fc.nat(60), { minLength: OBSERVERS, maxLength: OBSERVERS });
const frames = fc.array(fc.oneof({ weight: 20, arbitrary: lengths }, fc.constant([500, 0, 0])), {
  minLength: 1,
  maxLength: 300,
  size: 'max',
});

test('law: what is given back is what was said, and the latest that fit are there', () => {
  fc.assert(
    fc.property(frames, fc.nat(1000), (list, firstFrame) => {
      const sent = createSentFrames(OBSERVERS, RING_BYTES);
      const said = list.map((each, i) => messagesOf(firstFrame + i, each));
      said.forEach((messages, i) => {
        const frame = firstFrame + i;
        const before = sent.oldest;
        keepSent(sent, frame, messages);
        expect(sent.next).toBe(frame + 1);
        expect(sent.oldest).toBeGreaterThanOrEqual(i === 0 ? firstFrame : before);
        const kept = list.slice(sent.oldest - firstFrame, i + 1);
        const keptBytes = kept.flat().reduce((sum, length) => sum + length, 0);
        expect(keptBytes).toBeLessThanOrEqual(RING_BYTES);
        expect(kept.length).toBeLessThanOrEqual(RESUME_FRAMES);
        // A frame may not fit behind the newest, nor in what is left at the ring's beginning.
        const isFull = keptBytes > RING_BYTES - 2 * 180 || kept.length === RESUME_FRAMES;
        const wasTooLong = (list[sent.oldest - firstFrame - 1]?.[0] ?? 0) > RING_BYTES;
        expect(isFull || wasTooLong || sent.oldest === firstFrame).toBe(true);
        for (let observer = 0; observer < OBSERVERS; observer++) {
          for (let first = sent.oldest - 1; first <= sent.next + 1; first++) {
            const wanted = said.slice(Math.max(0, first - firstFrame), i + 1);
            const isThere =
              first >= sent.oldest &&
              first <= sent.next &&
              wanted.every((one) => one.of(observer).length > 0);
            const expected = wanted.map((one) => one.of(observer));
            expect(messagesSince(sent, observer, first)).toEqual(isThere ? expected : null);
          }
        }
      });
    }),
    { numRuns: 20 },
  );
});

test('a frame that is not the next forgets those before it', () => {
  const sent = createSentFrames(1, RING_BYTES);
  keepSent(sent, 5, messagesOf(5, [10]));
  keepSent(sent, 6, messagesOf(6, [10]));
  expect(messagesSince(sent, 0, 5)).toHaveLength(2);
  keepSent(sent, 9, messagesOf(9, [10]));
  expect(messagesSince(sent, 0, 5)).toBeNull();
  expect(messagesSince(sent, 0, 9)).toEqual([messagesOf(9, [10]).of(0)]);
});

test('nobody beyond the places has messages', () => {
  const sent = createSentFrames(1, RING_BYTES);
  keepSent(sent, 0, messagesOf(0, [10]));
  expect(messagesSince(sent, 7, 0)).toBeNull();
  expect(messagesSince(sent, 7, 1)).toEqual([]);
});
