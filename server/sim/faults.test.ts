import { beforeAll, expect, test } from 'bun:test';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { decodeIncident, encodeEvidence } from '../../core-wasm/host/incident-file.ts';
import { FRAME_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import { type Explanation, explainIncident } from '../incident/explain.ts';
import { countBy } from '../observe/meters.ts';
import { takeEvidence } from '../room/repair.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';
import { createJudge, type Judge, judge } from './agreement.ts';
import { armFault, type BitFault } from './bit-fault.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from './sim-server.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const STEP_MS = 11;
const CONDITIONS = { delayMs: 30, jitterMs: 8, lossRate: 0, lossBurst: 1 };
const FAULTS = 50;
const SEED = 7;
/** A proof a second, and the ways there and back. */
const DETECTED_FRAMES_MAX = 26;
const REPAIRED_FRAMES_MAX = 26;
/** A round trip, a frame to wait for at either end, and one to prove it. */
const FROZEN_MS_MAX = 2 * (CONDITIONS.delayMs + CONDITIONS.jitterMs) + 3 * FRAME_DURATION_MS;

let module: CoreModule;
beforeAll(async () => {
  module = await loadCoreModule();
});

interface Scene {
  readonly clock: VirtualClock;
  readonly server: SimServer;
  readonly clients: readonly SimClient[];
  readonly judge: Judge;
  /** Explains. */
  readonly core: Core;
  readonly random: SeededRandom;
  readonly incidents: Uint8Array[];
  /** The longest that the victim's world stood still, virtual ms. */
  frozenMs: number;
}

async function openScene(seed: number): Promise<Scene> {
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  const server = await startSimServer(module, clock, store, seed, seed, SIM_LIMITS);
  const incidents: Uint8Array[] = [];
  const clients: SimClient[] = [];
  for (let i = 0; i < 4; i++) {
    const { account } = await store.createGuestAt(3 * Math.sin(i), 3 * Math.cos(i));
    const core = await Core.create(module);
    const random = createSeededRandom(seed * 977 + account);
    const door = () => server.listener;
    const onIncident = (bytes: Uint8Array) => void (i === 0 && incidents.push(bytes));
    const conditions = CONDITIONS;
    clients.push(createSimClient({ account, core, clock, random, conditions, door, onIncident }));
  }
  const core = await Core.create(module);
  const judging = createJudge(await Core.create(module));
  const random = createSeededRandom(seed);
  const parts = { clock, server, clients, core, random, incidents };
  const scene = { ...parts, judge: judging, frozenMs: 0 };
  await until(scene, () => provenFrame(scene) > 0, 100);
  scene.frozenMs = 0;
  return scene;
}

function victim({ clients }: Scene) {
  return (clients[0] as SimClient).session;
}

function provenFrame(scene: Scene): number {
  return victim(scene).status.provenFrame;
}

/** Runs until `done`; the frames that it took, and fails after `framesMax`. */
async function until(scene: Scene, done: () => boolean, framesMax: number): Promise<number> {
  const { clock, server, clients } = scene;
  const first = server.room.nextFrame;
  let [tick, movedMs] = [victim(scene).core.tick, clock.nowMs()];
  while (!done()) {
    if (server.room.nextFrame - first > framesMax) throw new Error(`not in ${framesMax} frames`);
    clock.advance(STEP_MS);
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const client of clients) client.update();
    if (victim(scene).core.tick > tick) movedMs = clock.nowMs();
    tick = Math.max(tick, victim(scene).core.tick);
    scene.frozenMs = Math.max(scene.frozenMs, clock.nowMs() - movedMs);
  }
  return server.room.nextFrame - first;
}

interface Outcome {
  readonly fault: BitFault;
  /** From the proof that found it to the one that it was repaired. */
  readonly repairedFrames: number;
  /** As the server did it, and as the client had found it. */
  readonly repair: string;
  readonly told: string;
  readonly explanation: Explanation;
}

/** One fault in the victim's memory, and its repair; null when there was nothing to repair. */
async function strike(scene: Scene): Promise<Outcome | null> {
  const { server, random, incidents, core } = scene;
  const { status, core: own } = victim(scene);
  const tick = own.tick + 6 + Math.floor(random() * 60);
  const frame = Math.floor(tick / TICKS_PER_FRAME);
  const armed = armFault(own, random, tick);
  const [desyncs, epoch] = [status.desyncs, epochOf(scene)];
  incidents.length = 0;
  const isToldOf = () => status.desyncs > desyncs;
  await until(scene, () => isToldOf() || status.confirmedFrame >= frame, 60);
  await until(scene, () => isToldOf() || status.provenFrame > frame, DETECTED_FRAMES_MAX);
  armed.disarm();
  const fault = armed.flipped;
  if (fault === null || !isToldOf()) return null;
  const repairedFrames = await until(scene, () => incidents.length > 0, DETECTED_FRAMES_MAX);
  // Nobody was dropped, and what he has is the server's.
  expect([status.connection, status.desyncs, epochOf(scene)]).toEqual(['live', desyncs + 1, epoch]);
  const proven = status.provenFrame;
  await until(scene, () => status.provenFrame > proven, DETECTED_FRAMES_MAX);
  const confirmed = victim(scene).confirmedState();
  if (confirmed === null) throw new Error('nothing is confirmed');
  const truth = server.states.get(confirmed.frame) as Uint8Array;
  expect(judge(scene.judge, 0, confirmed, truth, status.entity)).toBeNull();
  const evidence = takeEvidence(server.room.evidence, status.account);
  if (evidence === null) throw new Error('the server kept nothing');
  const file = Buffer.concat([incidents[0] as Uint8Array, encodeEvidence(evidence)]);
  const decoded = decodeIncident(file);
  if (decoded.kind !== 'incident') throw new Error(decoded.why);
  return {
    fault,
    repairedFrames,
    repair: evidence.note.kind,
    told: decoded.incident.head.fault,
    explanation: explainIncident(core, decoded.incident),
  };
}

function epochOf({ server, clients }: Scene): number {
  const entity = clients[0]?.session.status.entity;
  return [...server.room.sessions.values()].find((one) => one.entity === entity)?.epoch ?? -1;
}

/**
 * A flip counts when the next proof finds it. What the ticks until then made good by themselves, a
 * pose that the next frame brings anew or an impulse of a contact that ended, is agreed on there.
 */
test(`${FAULTS} flipped bits are detected, named and repaired, and nobody is dropped`, async () => {
  const scene = await openScene(SEED);
  const repairs = new Map<string, number>();
  const faults = new Map<string, number>();
  for (let struck = 0; struck < FAULTS; ) {
    const outcome = await strike(scene);
    if (outcome === null) continue;
    struck++;
    const { tick, entity, section, field, bit, expected, got } = outcome.fault;
    expect(outcome.explanation).toMatchObject({
      kind: 'client',
      tick,
      isExact: true,
      first: { section, entity, field, bit, expected, got },
    });
    expect(outcome.repairedFrames).toBeLessThanOrEqual(REPAIRED_FRAMES_MAX);
    countBy(repairs, outcome.repair);
    countBy(faults, outcome.told);
  }
  // Both ways of repair, and states that are none any more as well as such as play on.
  expect([...repairs.keys()].sort()).toEqual(['islands', 'snapshot']);
  expect([...faults.keys()]).toContain('differs');
  expect([...faults.keys()]).toContain('unsound');
  expect(repairs.get('islands')).toBeGreaterThan(FAULTS / 3);
  // Some that touched others meanwhile took both ways.
  const sent = [...scene.server.room.meters.repairsByKind.values()];
  expect(sent.reduce((sum, count) => sum + count, 0)).toBeLessThan(FAULTS * 1.1);
  expect(scene.frozenMs).toBeLessThanOrEqual(FROZEN_MS_MAX);
  for (const { session } of scene.clients) session.close();
  scene.server.crash();
}, 120_000);
