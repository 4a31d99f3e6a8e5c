import { beforeAll, expect, test } from 'bun:test';
import type { Core } from '../../host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { seeded } from '../random.ts';
import { openCore } from '../world.ts';
import { createTown, live, type Town } from './town.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** A frame, of which all observers before `observers` are told. */
function stepFrame(town: Town, observers: number): Uint16Array {
  const start = core.snapshot();
  let forced = new Uint16Array(0);
  live(town, false, (_, frame) => {
    expect(core.loadFrame(frame)).toBe(WireFault.NONE);
    forced = core.openFrame().slice();
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  });
  core.openOwnSnapshot(start);
  for (let observer = 0; observer < observers; observer++) core.bubbles.order(observer, null, 0n);
  return forced;
}

test('messages are ready some at a time, each once, and stay as they are', () => {
  const observers = 200;
  const town = createTown(core, seeded(3), { players: observers, bodies: 40, half: 60 });
  live(town, false);
  town.players.forEach((entity, observer) => {
    core.interest.observe(observer, entity, 65, 5500);
  });
  for (let frame = 0; frame < 5; frame++) {
    const forced = stepFrame(town, observers);
    const early = new Map<number, Buffer>();
    let calls = 0;
    const isWritten = core.bubbles.write(forced, (written) => {
      calls++;
      for (const observer of written) {
        expect(early.has(observer)).toBe(false);
        early.set(observer, Buffer.from(core.bubbles.message(observer) as Uint8Array));
      }
    });
    expect(isWritten).toBe(true);
    expect(calls).toBeGreaterThan(2);
    expect(early.size).toBe(observers);
    for (const [observer, message] of early) {
      expect(Buffer.compare(message, core.bubbles.message(observer) as Uint8Array)).toBe(0);
    }
  }
});

test('where nobody observes nobody is told, and a frame half stepped tells nobody', () => {
  const town = createTown(core, seeded(3), { players: 3, bodies: 0, half: 10 });
  live(town, false);
  for (let observer = 0; observer < core.interest.capacity; observer++) {
    core.interest.forget(observer);
  }
  const told: number[] = [];
  const onWritten = (written: Uint16Array) => told.push(...written);
  expect(core.bubbles.write(stepFrame(town, 0), onWritten)).toBe(true);
  core.interest.observe(0, town.players[0] as number, 65);
  core.step();
  expect(core.bubbles.write([], onWritten)).toBe(false);
  expect(told).toEqual([]);
});
