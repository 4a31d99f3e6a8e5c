import type { Core } from '../../core-wasm/host/core.ts';
import { type Intent, ShapeKind, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';
import { bodyAt, command, SCENE_SEED, type Scene } from './scene.ts';

const PLAYER_COUNT = 200;
const CRATE_COUNT = 300;
const SPACING_M = 3;
const CRATE_HALF_M = 0.4;
const PLAYERS_PER_ROW = 20;
const CRATES_PER_ROW = 20;
/** A walker turns after so many frames, each at another moment. */
const FRAMES_PER_LEG = 40;

export const crowd: Scene = {
  about: `${PLAYER_COUNT} players walk about on the terrain between ${CRATE_COUNT} crates`,
  build,
  nextFrame,
};

function build(core: Core): void {
  core.reset(SCENE_SEED);
  command(core, () => {
    let entity = 0;
    const next = () => {
      entity = core.nextEntity(entity);
      return entity;
    };
    for (let i = 0; i < PLAYER_COUNT; i++) {
      const [x, z] = place(i, PLAYERS_PER_ROW, 0);
      core.addSpawnPlayer({
        entity: next(),
        leftHand: next(),
        rightHand: next(),
        account: i + 1,
        foot: [x, core.terrainHeight(x, z), z],
        yaw: 0,
      });
    }
    const half: [number, number, number] = [CRATE_HALF_M, CRATE_HALF_M, CRATE_HALF_M];
    for (let i = 0; i < CRATE_COUNT; i++) {
      const [x, z] = place(i, CRATES_PER_ROW, SPACING_M / 2);
      const y = core.terrainHeight(x, z) + CRATE_HALF_M + 0.5;
      core.addSpawnBody(bodyAt(next(), ShapeKind.BOX, half, [x, y, z]));
    }
  });
}

function place(i: number, perRow: number, shift: number): [x: number, z: number] {
  const column = (i % perRow) - perRow / 2;
  const row = Math.floor(i / perRow) - 5;
  return [column * SPACING_M + shift, row * SPACING_M + shift];
}

function nextFrame(core: Core): Uint8Array {
  const { frame } = core;
  core.frameBegin(frame, core.stateHash());
  for (const { entity, account } of core.playerAccounts()) {
    const leg = Math.floor((frame + account * 7) / FRAMES_PER_LEG);
    const yaw = (leg * 23_003 + account * 9_973) % YAW_UNITS_PER_TURN;
    const intent: Intent = { moveX: 0, moveZ: 127, yaw, pitch: 0, buttons: 0 };
    core.addInput(entity, core.encodeEntry({ intents: [intent, intent, intent], pose: null }));
  }
  return core.frameEnd();
}
