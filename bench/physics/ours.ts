import { type Core, emptyBodies, JointKind } from '../../core-wasm/host/core.ts';
import {
  BodyKind,
  type Intent,
  ShapeKind,
  type SpawnBody,
  TICKS_PER_FRAME,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { type Engine, SNAPSHOT_SLOTS } from './engine.ts';
import { partialRollback } from './ours-part.ts';
import {
  type BodySpec,
  DENSITY_KGPM3,
  FRICTION,
  HEADINGS,
  headingAt,
  type JointSpec,
  type PhysicsScene,
  type ShapeSpec,
  STEERED_HALF_M,
  STEERED_RADIUS_M,
} from './scene.ts';

/** `STEP_MAX_M` of the core: what walkers step onto. */
const STEP_MAX_M = 0.42;
/** Above the highest ground of the region: the scene brings its own floor. */
const FLOOR_M = 150;
const SEED = 7;

/**
 * Our core through its facade, as a game uses it. Needs no file system: pages run it too.
 * `stepCore` takes one tick of `core` and returns its faults.
 */
export function ours(core: Core, stepCore: () => number = () => core.step()): Engine {
  const buffers: Uint8Array[] = Array.from({ length: SNAPSHOT_SLOTS }, () => new Uint8Array());
  const snapshots = [...buffers];
  const columns = emptyBodies();
  let entities: number[] = [];
  let steered: number[] = [];
  // As a server gets them: encoded by the players.
  const entries = Array.from({ length: HEADINGS }, (_, heading) => entryOf(core, heading));
  let bytes = 0;
  /** Loads the frame of `tick`; the first `changed` go another way than `step` takes them. */
  const steer = (tick: number, changed: number) => {
    if (steered.length === 0) return;
    core.frameBegin(core.frame, 0n);
    for (const [i, entity] of steered.entries()) {
      const heading = (headingAt(i, tick) + (i < changed ? 3 : 0)) % HEADINGS;
      core.addInput(entity, entries[heading] as Uint8Array);
    }
    core.loadFrame(core.frameEnd());
  };
  const stepWhole = (tick: number) => {
    const faults = stepCore();
    if (faults !== 0) throw new Error(`our core: step faults ${faults} at tick ${tick}`);
  };
  return {
    name: 'ours',
    canJoin: true,
    legsM: STEP_MAX_M,
    load(scene: PhysicsScene) {
      core.reset(SEED);
      entities = spawn(core, scene);
      steered = entities.filter((_, i) => scene.bodies[i]?.motion === 'steered');
      return core.tick;
    },
    step(tick) {
      if (tick % TICKS_PER_FRAME === 0) steer(tick, 0);
      stepWhole(tick);
    },
    part: partialRollback(core, () => steered, steer, stepWhole),
    snapshot(slot) {
      const kept = core.snapshot(buffers[slot]);
      if (kept.byteLength > (buffers[slot] as Uint8Array).byteLength) buffers[slot] = kept;
      bytes = kept.length;
      snapshots[slot] = kept;
    },
    restore(slot) {
      const fault = core.restore(snapshots[slot] as Uint8Array);
      if (fault !== 0) throw new Error(`our core refused its own state: ${fault}`);
    },
    stateBytes: () => bytes,
    readTransforms(into) {
      core.readBodies(columns);
      const at = new Map(entities.map((entity, index) => [entity, index * 7]));
      for (let i = 0; i < columns.count; i++) {
        const offset = at.get(columns.ids[i] as number);
        if (offset === undefined) continue;
        into.set(columns.positions.subarray(i * 3, i * 3 + 3), offset);
        into[offset + 1] = (into[offset + 1] as number) - FLOOR_M;
        into.set(columns.rotations.subarray(i * 4, i * 4 + 4), offset + 3);
      }
    },
  };
}

function entryOf(core: Core, heading: number): Uint8Array {
  const yaw = (heading / HEADINGS) * YAW_UNITS_PER_TURN;
  const intent: Intent = { moveX: 0, moveZ: 127, yaw, pitch: 0, buttons: 0 };
  return core.encodeEntry({ intents: [intent, intent, intent], pose: null });
}

/** In as many frames as it takes: what comes later has fallen three ticks less. */
function spawn(core: Core, { bodies, joints }: PhysicsScene): number[] {
  let last = 0;
  const next = () => {
    last = core.nextEntity(last);
    return last;
  };
  const entities: number[] = [];
  core.frameBegin(core.frame, 0n);
  core.addSetRestless(true);
  for (const [index, spec] of bodies.entries()) {
    const entity = next();
    entities.push(entity);
    const add =
      spec.motion === 'steered'
        ? playerOf(core, spec, entity, next, index)
        : bodyOf(core, spec, entity);
    if (add()) continue;
    closeFrame(core);
    core.frameBegin(core.frame, 0n);
    if (!add()) throw new Error('our core takes no body into an empty frame');
  }
  join(core, bodies, joints, entities);
  closeFrame(core);
  return entities;
}

/** In the bodies' own frame: jointed scenes are small. */
function join(
  core: Core,
  bodies: readonly BodySpec[],
  joints: readonly JointSpec[],
  entities: readonly number[],
): void {
  let last = 0;
  for (const { a, b, place } of joints) {
    last = core.nextJoint(last);
    const local = (index: number) => {
      const [x, y, z] = (bodies[index] as BodySpec).position;
      return [place[0] - x, place[1] - y, place[2] - z] as const;
    };
    const ends = { a: entities[a] as number, b: entities[b] as number };
    const anchors = { anchorA: local(a), anchorB: local(b) };
    const kind = JointKind.BALL;
    if (!core.addJoint({ kind, joint: last, ...ends, ...anchors })) throw new Error('frame full');
  }
}

function closeFrame(core: Core): void {
  const { wire, faults } = core.stepFrame(core.frameEnd());
  if (wire !== 0 || faults !== 0) throw new Error(`our core: wire ${wire}, faults ${faults}`);
}

/** A whole player, hands and all: the facade steers nothing else. */
function playerOf(core: Core, spec: BodySpec, entity: number, next: () => number, index: number) {
  const [x, y, z] = spec.position;
  const foot = [x, y + FLOOR_M - STEERED_HALF_M - STEERED_RADIUS_M, z] as const;
  const player = { entity, leftHand: next(), rightHand: next(), account: index + 1, foot, yaw: 0 };
  return () => core.addSpawnPlayer(player);
}

function bodyOf(core: Core, spec: BodySpec, entity: number) {
  const [x, y, z] = spec.position;
  const body: SpawnBody = {
    entity,
    kind: spec.motion === 'static' ? BodyKind.STATIC : BodyKind.DYNAMIC,
    ...sizeOf(spec.shape),
    position: [x, y + FLOOR_M, z],
    rotation: spec.rotation,
    linearVelocity: [0, 0, 0],
    angularVelocity: [0, 0, 0],
    density: DENSITY_KGPM3,
    friction: FRICTION,
    restitution: 0,
  };
  return () => core.addSpawnBody(body);
}

function sizeOf(shape: ShapeSpec): Pick<SpawnBody, 'shape' | 'size'> {
  if (shape.kind === 'sphere') return { shape: ShapeKind.SPHERE, size: [shape.radius, 0, 0] };
  if (shape.kind === 'capsule') {
    return { shape: ShapeKind.CAPSULE, size: [shape.radius, shape.half, 0] };
  }
  return { shape: ShapeKind.BOX, size: shape.half };
}
