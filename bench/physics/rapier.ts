import type Simd from '@dimforge/rapier3d-simd-compat';
import type { RigidBody, RigidBodyDesc, World } from '@dimforge/rapier3d-simd-compat';
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

type Rapier = typeof Simd;

/** Both packages have the same API as far as it is used here. */
const PACKAGES = {
  'rapier-simd': () => import('@dimforge/rapier3d-simd-compat'),
  'rapier-deterministic': () => import('@dimforge/rapier3d-deterministic-compat'),
};

/** Solver as it comes: 4 iterations with 1 internal one. */
export async function rapier(name: keyof typeof PACKAGES): Promise<Engine> {
  const rapier = (await PACKAGES[name]()).default as unknown as Rapier;
  const heap = new HeapCopies(await memoryOf(() => rapier.init()));
  let world: World | null = null;
  let bodies: RigidBody[] = [];
  let steered: RigidBody[] = [];
  return {
    name,
    canJoin: true,
    load(scene: PhysicsScene) {
      world = new rapier.World({ x: 0, y: GRAVITY_MPS2, z: 0 });
      world.timestep = TICK_S;
      bodies = scene.bodies.map((spec) => addBody(rapier, world as World, spec));
      for (const joint of scene.joints) addJoint(rapier, world, bodies, joint);
      steered = bodies.filter((_, i) => scene.bodies[i]?.motion === 'steered');
      return 0;
    },
    step(tick) {
      steer(steered.length, tick, (i, x, z) => {
        const body = steered[i] as RigidBody;
        body.setLinvel({ x, y: body.linvel().y, z }, true);
      });
      world?.step();
    },
    snapshot: (slot) => heap.save(slot),
    restore: (slot) => heap.load(slot),
    stateBytes: () => heap.bytes,
    readTransforms(into) {
      for (const [i, body] of bodies.entries()) {
        const p = body.translation();
        const q = body.rotation();
        into.set([p.x, p.y, p.z, q.x, q.y, q.z, q.w], i * 7);
      }
    },
  };
}

function addBody(rapier: Rapier, world: World, spec: BodySpec): RigidBody {
  const [x, y, z] = spec.position;
  const [qx, qy, qz, qw] = spec.rotation;
  const body = world.createRigidBody(
    descOf(rapier, spec)
      .setTranslation(x, y, z)
      .setRotation({ x: qx, y: qy, z: qz, w: qw })
      .setCanSleep(false)
      .setLinearDamping(LINEAR_DAMPING)
      .setAngularDamping(ANGULAR_DAMPING),
  );
  const collider = shapeOf(rapier, spec.shape).setDensity(DENSITY_KGPM3).setFriction(FRICTION);
  if (spec.motion === 'steered') {
    const rule = rapier.CoefficientCombineRule.Min;
    collider.setMass(STEERED_MASS_KG).setFriction(0).setFrictionCombineRule(rule);
  }
  world.createCollider(collider, body);
  return body;
}

function addJoint(
  rapier: Rapier,
  world: World,
  bodies: readonly RigidBody[],
  { a, b, place }: JointSpec,
): void {
  const [one, two] = [bodies[a] as RigidBody, bodies[b] as RigidBody];
  const local = (body: RigidBody) => {
    const { x, y, z } = body.translation();
    return { x: place[0] - x, y: place[1] - y, z: place[2] - z };
  };
  world.createImpulseJoint(rapier.JointData.spherical(local(one), local(two)), one, two, true);
}

function descOf(rapier: Rapier, { motion }: BodySpec): RigidBodyDesc {
  if (motion === 'static') return rapier.RigidBodyDesc.fixed();
  const desc = rapier.RigidBodyDesc.dynamic();
  return motion === 'steered' ? desc.lockRotations() : desc;
}

function shapeOf({ ColliderDesc }: Rapier, shape: ShapeSpec) {
  if (shape.kind === 'sphere') return ColliderDesc.ball(shape.radius);
  if (shape.kind === 'capsule') return ColliderDesc.capsule(shape.half, shape.radius);
  return ColliderDesc.cuboid(...shape.half);
}
