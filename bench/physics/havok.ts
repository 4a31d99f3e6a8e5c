import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  HavokPhysicsWithBindings,
  HP_BodyId,
  HP_ShapeId,
  HP_WorldId,
  Quaternion,
  Result,
  Vector3,
} from '@babylonjs/havok';
import type { Engine } from './engine.ts';
import { HeapCopies, memoryOf } from './heap.ts';
import {
  ANGULAR_DAMPING,
  type BodySpec,
  DENSITY_KGPM3,
  FRICTION,
  GRAVITY_MPS2,
  type JointSpec,
  LINEAR_DAMPING,
  type PhysicsScene,
  type ShapeSpec,
  STEERED_MASS_KG,
  steer,
  TICK_S,
} from './scene.ts';

type Havok = HavokPhysicsWithBindings;

/** Has no snapshot of its own. */
export async function havok(): Promise<Engine> {
  const { default: create } = await import('@babylonjs/havok');
  const file = import.meta.resolve('@babylonjs/havok/lib/esm/HavokPhysics.wasm');
  const wasmBinary = new Uint8Array(readFileSync(fileURLToPath(file))).buffer;
  let hk = null as unknown as Havok;
  const heap = new HeapCopies(
    await memoryOf(async () => {
      hk = await create({ wasmBinary });
    }),
  );
  let world: HP_WorldId = [0n];
  let bodies: HP_BodyId[] = [];
  let steered: HP_BodyId[] = [];
  return {
    name: 'havok',
    canJoin: true,
    load(scene: PhysicsScene) {
      world = got(hk.HP_World_Create());
      hk.HP_World_SetGravity(world, [0, GRAVITY_MPS2, 0]);
      hk.HP_World_SetIdealStepTime(world, TICK_S);
      bodies = scene.bodies.map((spec) => addBody(hk, world, spec));
      for (const joint of scene.joints) addJoint(hk, bodies, joint);
      steered = bodies.filter((_, i) => scene.bodies[i]?.motion === 'steered');
      return 0;
    },
    step(tick) {
      steer(steered.length, tick, (i, x, z) => {
        const body = steered[i] as HP_BodyId;
        const y = hk.HP_Body_GetLinearVelocity(body)[1][1];
        hk.HP_Body_SetLinearVelocity(body, [x, y, z]);
      });
      hk.HP_World_Step(world, TICK_S);
    },
    snapshot: (slot) => heap.save(slot),
    restore: (slot) => heap.load(slot),
    stateBytes: () => heap.bytes,
    readTransforms(into) {
      for (const [i, body] of bodies.entries()) {
        const [position, rotation] = got(hk.HP_Body_GetQTransform(body));
        into.set([...position, ...rotation], i * 7);
      }
    },
  };
}

function got<T>([result, value]: [Result, T]): T {
  if ((result as unknown as { value: number }).value !== 0) throw new Error('Havok refused');
  return value;
}

function addBody(hk: Havok, world: HP_WorldId, spec: BodySpec): HP_BodyId {
  const body = got(hk.HP_Body_Create());
  const shape = shapeOf(hk, spec.shape);
  const friction = spec.motion === 'steered' ? 0 : FRICTION;
  const mean = hk.MaterialCombine.GEOMETRIC_MEAN;
  hk.HP_Shape_SetMaterial(shape, [friction, friction, 0, mean, mean]);
  hk.HP_Shape_SetDensity(shape, DENSITY_KGPM3);
  hk.HP_Body_SetShape(body, shape);
  const { STATIC, DYNAMIC } = hk.MotionType;
  hk.HP_Body_SetMotionType(body, spec.motion === 'static' ? STATIC : DYNAMIC);
  if (spec.motion !== 'static') {
    const [centre, mass, inertia, axes] = got(hk.HP_Shape_BuildMassProperties(shape));
    // No inertia means an infinite one.
    hk.HP_Body_SetMassProperties(
      body,
      spec.motion === 'steered'
        ? [centre, STEERED_MASS_KG, [0, 0, 0], axes]
        : [centre, mass, inertia, axes],
    );
  }
  hk.HP_Body_SetLinearDamping(body, LINEAR_DAMPING);
  hk.HP_Body_SetAngularDamping(body, ANGULAR_DAMPING);
  hk.HP_Body_SetQTransform(body, [[...spec.position] as Vector3, [...spec.rotation] as Quaternion]);
  hk.HP_World_AddBody(world, body, false);
  hk.HP_Body_SetActivationControl(body, hk.ActivationControl.ALWAYS_ACTIVE);
  return body;
}

function addJoint(hk: Havok, bodies: readonly HP_BodyId[], { a, b, place }: JointSpec): void {
  const joint = got(hk.HP_Constraint_Create());
  const [one, two] = [bodies[a] as HP_BodyId, bodies[b] as HP_BodyId];
  const local = (body: HP_BodyId): Vector3 => {
    const [x, y, z] = got(hk.HP_Body_GetPosition(body));
    return [place[0] - x, place[1] - y, place[2] - z];
  };
  hk.HP_Constraint_SetParentBody(joint, one);
  hk.HP_Constraint_SetChildBody(joint, two);
  hk.HP_Constraint_SetAnchorInParent(joint, local(one), [1, 0, 0], [0, 1, 0]);
  hk.HP_Constraint_SetAnchorInChild(joint, local(two), [1, 0, 0], [0, 1, 0]);
  const { LINEAR_X, LINEAR_Y, LINEAR_Z } = hk.ConstraintAxis;
  for (const axis of [LINEAR_X, LINEAR_Y, LINEAR_Z]) {
    hk.HP_Constraint_SetAxisMode(joint, axis, hk.ConstraintAxisLimitMode.LOCKED);
  }
  hk.HP_Constraint_SetEnabled(joint, 1);
}

function shapeOf(hk: Havok, shape: ShapeSpec): HP_ShapeId {
  if (shape.kind === 'sphere') return got(hk.HP_Shape_CreateSphere([0, 0, 0], shape.radius));
  if (shape.kind === 'capsule') {
    const { half, radius } = shape;
    return got(hk.HP_Shape_CreateCapsule([0, -half, 0], [0, half, 0], radius));
  }
  const [x, y, z] = shape.half;
  return got(hk.HP_Shape_CreateBox([0, 0, 0], [0, 0, 0, 1], [2 * x, 2 * y, 2 * z]));
}
