import { expect, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { addBody, addPlayer, newWorld, openCore, play } from './world.ts';

/** The first player's body gets a shape that it has not: memory that went bad. */
function spoil(core: Core): void {
  const { bytes } = Reflect.get(core, 'memory') as { readonly bytes: Uint8Array };
  const abi = Reflect.get(core, 'abi') as Readonly<Record<string, WebAssembly.Global>>;
  bytes[(abi.bodiesAddress?.value as number) + 101] = 3;
}

test('a core that trapped computes on as any other once it was opened anew', async () => {
  const [core, other] = [await openCore(), await openCore()];
  const world = newWorld(core);
  addPlayer(world, [2, 0, 0]);
  for (let i = 0; i < 6; i++) addBody(world, { position: [0, 3 + i, 0] });
  play(world, 30);
  const past = core.keepPast(4);
  past.capture(core.tick);
  const state = core.snapshot();
  const tick = core.tick;
  spoil(core);
  expect(() => core.step()).toThrow(WebAssembly.RuntimeError);
  core.reopen();
  expect([core.tick, core.bodyCount, past.at(tick)]).toEqual([0, 0, null]);
  expect([core.restore(state), other.restore(state)]).toEqual([0, 0]);
  for (let i = 0; i < 90; i++) {
    core.step();
    other.step();
    expect(core.stateHash()).toBe(other.stateHash());
  }
  expect(core.queries.castRay([2, 5, 0], [0, -1, 0], 9)).not.toBeNull();
});
