import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { EventKind, type TickEvent } from '../../core-wasm/host/events.ts';
import { Effects } from './effects.ts';

const begin = (entity: number): TickEvent => ({
  kind: EventKind.SENSOR_BEGIN,
  entity,
  other: 9,
});

describe('effects', () => {
  test('an event is handed out once, however often its tick is computed', () => {
    const effects = new Effects();
    for (let round = 0; round < 4; round++) {
      for (let tick = 10; tick < 20; tick++) effects.note(tick + 1, tick === 12 ? [begin(1)] : []);
    }
    expect(effects.take()).toEqual([{ ...begin(1), tick: 12 }]);
    expect(effects.take()).toEqual([]);
  });

  test('what a rollback takes back and brings again is silent', () => {
    const effects = new Effects();
    effects.note(13, [begin(1)]);
    effects.note(13, []);
    effects.note(13, [begin(1)]);
    expect(effects.take()).toHaveLength(1);
  });

  test('what news shift by a few ticks is one thing; far away it is another', () => {
    const effects = new Effects();
    effects.note(13, [begin(1)]);
    effects.note(13, []);
    effects.note(16, [begin(1)]);
    expect(effects.take()).toHaveLength(1);
    effects.note(60, [begin(1)]);
    expect(effects.take()).toHaveLength(1);
    // To earlier: the old one still stands when the new one is computed.
    for (const tick of [57, 58, 59, 60]) effects.note(tick, tick === 57 ? [begin(1)] : []);
    expect(effects.take()).toEqual([]);
  });

  test('two of a kind in one tick are two, and stay two', () => {
    const effects = new Effects();
    for (let round = 0; round < 3; round++) effects.note(13, [begin(1), begin(1)]);
    expect(effects.take()).toHaveLength(2);
  });

  test('another world is silent about the old one', () => {
    const effects = new Effects();
    effects.note(13, [begin(1)]);
    effects.clear();
    expect(effects.take()).toEqual([]);
    effects.note(13, [begin(1)]);
    expect(effects.take()).toHaveLength(1);
  });

  test('law: whatever is guessed and taken back, what truly happens is heard exactly once', () => {
    // Truth by tick; guesses of the tick are wrong where `lies` says so.
    const worlds = fc.record({
      truth: fc.array(fc.option(fc.integer({ min: 1, max: 3 }), { freq: 6 }), {
        minLength: 30,
        maxLength: 90,
      }),
      lies: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      depths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }),
    });
    fc.assert(
      fc.property(worlds, ({ truth, lies, depths }) => {
        const effects = new Effects();
        const heard: number[] = [];
        let said = 0;
        const guess = (tick: number) => (lies[said++ % lies.length] ? null : (truth[tick] ?? null));
        const compute = (tick: number, entity: number | null) =>
          effects.note(tick + 1, entity === null ? [] : [begin(entity * 1000 + tick)]);
        for (let confirmed = 0; confirmed < truth.length; confirmed++) {
          compute(confirmed, truth[confirmed] ?? null);
          const end = confirmed + (depths[confirmed % depths.length] ?? 1);
          for (let tick = confirmed + 1; tick < Math.min(end, truth.length); tick++) {
            compute(tick, guess(tick));
          }
          heard.push(...effects.take().map(({ entity }) => entity));
        }
        const happened = truth.flatMap((entity, tick) =>
          entity === null ? [] : entity * 1000 + tick,
        );
        expect(heard.toSorted((a, b) => a - b)).toEqual(happened.toSorted((a, b) => a - b));
      }),
    );
  });
});
