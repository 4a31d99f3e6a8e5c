import { readFile } from 'node:fs/promises';
import { BodyKind, Core, compileCore, emptyBodies, ShapeKind, World } from './host/index.ts';

// A page fetches the artifact instead; all that follows is the same there.
const artifact = process.argv[2] ?? 'build/core.wasm';
const core = await Core.create(await compileCore(new Uint8Array(await readFile(artifact))));
const world = new World(core);

// A tower of three crates on a table, and a ball that flies at it.
world.spawn({ kind: BodyKind.STATIC, size: [5, 0.5, 5], position: [0, 0.5, 0] });
const crates = [1.5, 2.5, 3.5].map((height) => world.spawn({ position: [0, height, 0] }));
world.play(1);
const ball = { shape: ShapeKind.SPHERE, size: [0.3, 0, 0], density: 2000 } as const;
world.spawn({ ...ball, position: [-8, 3, 0], linearVelocity: [30, 0, 0] });
world.play(0.05);

const start = core.snapshot();
const rewind = core.keepPast(30);
rewind.capture(core.tick);
const faults = world.play(0.5);
const hash = core.stateHash();

const bodies = emptyBodies();
core.readBodies(bodies);
const row = bodies.ids.indexOf(crates[2] as number);
console.log(`${bodies.count} bodies, faults ${faults}, hash ${hash.toString(16)}`);
console.log(`the top crate is at ${bodies.positions.subarray(row * 3, row * 3 + 3)}`);
const then = rewind.at(core.tick - 30)?.castRay([-5, 3.5, 0], [1, 0, 0], 20);
console.log(`half a second ago a ray met it after ${then?.distance.toFixed(2)} m`);

core.restore(start);
world.play(0.5);
console.log(`from the snapshot again: ${core.stateHash() === hash ? 'the same' : 'another'} world`);
