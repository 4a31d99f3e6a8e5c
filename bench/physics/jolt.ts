import { createRequire } from 'node:module';
import type JoltModule from 'jolt-physics';
import { type Engine, SNAPSHOT_SLOTS } from './engine.ts';
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

type Jolt = Awaited<ReturnType<typeof JoltModule>>;
type World = InstanceType<Jolt['JoltInterface']>;
type Body = InstanceType<Jolt['Body']>;
type Recorder = InstanceType<Jolt['StateRecorderImpl']>;

const BODIES_MAX = 8192;
const PAIRS_MAX = 65536;
const CONTACTS_MAX = 20_000;
const STATIC_LAYER = 0;
const MOVING_LAYER = 1;

/** Solver as it comes: 10 velocity and 2 position iterations. */
export async function jolt(): Promise<Engine> {
  const jolt = await loadSimd();
  const recorders = Array.from({ length: SNAPSHOT_SLOTS }, () => new jolt.StateRecorderImpl());
  const velocity = new jolt.Vec3(0, 0, 0);
  let world = null as unknown as World;
  let system = null as unknown as ReturnType<World['GetPhysicsSystem']>;
  let bodies: Body[] = [];
  let steered: Body[] = [];
  return {
    name: 'jolt',
    canJoin: true,
    load(scene: PhysicsScene) {
      world = new jolt.JoltInterface(settingsOf(jolt));
      system = world.GetPhysicsSystem();
      system.SetGravity(new jolt.Vec3(0, GRAVITY_MPS2, 0));
      bodies = scene.bodies.map((spec) => addBody(jolt, system.GetBodyInterface(), spec));
      for (const joint of scene.joints) system.AddConstraint(jointOf(jolt, bodies, joint));
      steered = bodies.filter((_, i) => scene.bodies[i]?.motion === 'steered');
      system.OptimizeBroadPhase();
      return 0;
    },
    step(tick) {
      steer(steered.length, tick, (i, x, z) => {
        const body = steered[i] as Body;
        velocity.Set(x, body.GetLinearVelocity().GetY(), z);
        body.SetLinearVelocity(velocity);
      });
      world.Step(TICK_S, 1);
    },
    // Its own recorder: a copy of its heap would be 128 MiB.
    snapshot(slot) {
      const recorder = recorders[slot] as Recorder;
      recorder.Clear();
      system.SaveState(recorder);
    },
    restore(slot) {
      const recorder = recorders[slot] as Recorder;
      recorder.Rewind();
      if (!system.RestoreState(recorder)) throw new Error('Jolt refused its own state');
    },
    stateBytes() {
      const counter = new jolt.StateRecorderJS();
      let bytes = 0;
      counter.WriteBytes = (_, count) => {
        bytes += count;
      };
      counter.IsFailed = () => false;
      system.SaveState(counter);
      return bytes;
    },
    readTransforms(into) {
      for (const [i, body] of bodies.entries()) {
        const p = body.GetPosition();
        const q = body.GetRotation();
        into.set([p.GetX(), p.GetY(), p.GetZ(), q.GetX(), q.GetY(), q.GetZ(), q.GetW()], i * 7);
      }
    },
  };
}

/**
 * npm's default build has no SIMD; the build that has it also wants sixteen workers before it is
 * ready, and waits for them forever. It gets sixteen that only say they are, and a job system
 * without threads: every job runs in the caller, as in the other engines.
 */
async function loadSimd(): Promise<Jolt> {
  const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: unknown };
  const { Worker } = threads;
  threads.Worker = IdleWorker;
  try {
    const { default: create } = await import('jolt-physics/wasm-multithread');
    return await create();
  } finally {
    threads.Worker = Worker;
  }
}

/** Command in which a worker of this build says that it has loaded. */
const LOADED = { $Ea: 3 };

class IdleWorker {
  onmessage: ((message: { data: unknown }) => void) | null = null;

  on(): void {}

  unref(): void {}

  postMessage(): void {
    queueMicrotask(() => this.onmessage?.({ data: LOADED }));
  }
}

function settingsOf(jolt: Jolt): InstanceType<Jolt['JoltSettings']> {
  const settings = new jolt.JoltSettings();
  settings.mMaxWorkerThreads = 0;
  settings.mMaxBodies = BODIES_MAX;
  settings.mMaxBodyPairs = PAIRS_MAX;
  settings.mMaxContactConstraints = CONTACTS_MAX;
  const pairs = new jolt.ObjectLayerPairFilterTable(2);
  pairs.EnableCollision(STATIC_LAYER, MOVING_LAYER);
  pairs.EnableCollision(MOVING_LAYER, MOVING_LAYER);
  const layers = new jolt.BroadPhaseLayerInterfaceTable(2, 2);
  layers.MapObjectToBroadPhaseLayer(STATIC_LAYER, new jolt.BroadPhaseLayer(0));
  layers.MapObjectToBroadPhaseLayer(MOVING_LAYER, new jolt.BroadPhaseLayer(1));
  settings.mObjectLayerPairFilter = pairs;
  settings.mBroadPhaseLayerInterface = layers;
  settings.mObjectVsBroadPhaseLayerFilter = new jolt.ObjectVsBroadPhaseLayerFilterTable(
    layers,
    2,
    pairs,
    2,
  );
  return settings;
}

function addBody(jolt: Jolt, bodies: InstanceType<Jolt['BodyInterface']>, spec: BodySpec): Body {
  const isStatic = spec.motion === 'static';
  const settings = new jolt.BodyCreationSettings(
    shapeOf(jolt, spec.shape),
    new jolt.RVec3(...spec.position),
    new jolt.Quat(...spec.rotation),
    isStatic ? jolt.EMotionType_Static : jolt.EMotionType_Dynamic,
    isStatic ? STATIC_LAYER : MOVING_LAYER,
  );
  settings.mAllowSleeping = false;
  settings.mFriction = spec.motion === 'steered' ? 0 : FRICTION;
  settings.mRestitution = 0;
  settings.mLinearDamping = LINEAR_DAMPING;
  settings.mAngularDamping = ANGULAR_DAMPING;
  if (spec.motion === 'steered') {
    settings.mAllowedDOFs =
      jolt.EAllowedDOFs_TranslationX |
      jolt.EAllowedDOFs_TranslationY |
      jolt.EAllowedDOFs_TranslationZ;
    settings.mOverrideMassProperties = jolt.EOverrideMassProperties_CalculateInertia;
    settings.mMassPropertiesOverride.mMass = STEERED_MASS_KG;
  }
  const body = bodies.CreateBody(settings);
  bodies.AddBody(body.GetID(), jolt.EActivation_Activate);
  jolt.destroy(settings);
  return body;
}

function jointOf(jolt: Jolt, bodies: readonly Body[], { a, b, place }: JointSpec) {
  const settings = new jolt.PointConstraintSettings();
  settings.mPoint1 = new jolt.RVec3(...place);
  settings.mPoint2 = new jolt.RVec3(...place);
  return settings.Create(bodies[a] as Body, bodies[b] as Body);
}

function shapeOf(jolt: Jolt, shape: ShapeSpec) {
  const settings = settingsOfShape(jolt, shape);
  settings.mDensity = DENSITY_KGPM3;
  const made = settings.Create();
  if (made.HasError()) throw new Error(`Jolt refused a shape: ${made.GetError().c_str()}`);
  return made.Get();
}

function settingsOfShape(jolt: Jolt, shape: ShapeSpec) {
  if (shape.kind === 'sphere') return new jolt.SphereShapeSettings(shape.radius);
  if (shape.kind === 'capsule') return new jolt.CapsuleShapeSettings(shape.half, shape.radius);
  return new jolt.BoxShapeSettings(new jolt.Vec3(...shape.half));
}
