import { type CoreModule, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import { FRAME_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { createLog } from '../../server/observe/log.ts';
import { createMeters } from '../../server/observe/meters.ts';
import { openWorld } from '../../server/open-world.ts';
import type { Store } from '../../server/ports.ts';
import { arrivalPlace } from '../../server/room/arrival-place.ts';
import { createLane, type InputLane, putInput } from '../../server/room/input-queue.ts';
import { type Room, reserveEntity } from '../../server/room/room.ts';
import { runTick } from '../../server/room/tick.ts';
import { createVirtualClock, type VirtualClock } from '../../server/sim/virtual-clock.ts';
import { MODE_SPREAD_M } from '../swarm/modes.ts';
import { createWalks, type Walk } from '../swarm/walk.ts';

export interface HistoryPlan {
  readonly module: CoreModule;
  readonly store: Store;
  readonly bots: number;
  readonly frames: number;
  /** When the world begins, ms since the Unix epoch. */
  readonly wallStartMs: number;
  /** Frames between checkpoints, besides the one a minute. */
  readonly checkpointFrames?: number;
  /** Sees the room before each frame is played, and its hash. */
  readonly watch?: (room: Room, stateHash: bigint) => void;
  readonly report?: (line: string) => void;
}

/** Frames between two waits for the store: the journal's own interval. */
const FLUSH_FRAMES = 5;
const REPORT_FRAMES = 12_000;

interface Bot {
  readonly lane: InputLane;
  readonly walk: Walk;
}

/**
 * Plays a world into the store as a server does, faster than real time: the real room, journal and
 * checkpoints, on a clock that moves a frame at a time. Only sockets are missing, and what is told
 * through them. Ends as a drain does. Throws when the store fails.
 */
export async function makeHistory(plan: HistoryPlan): Promise<void> {
  const clock = createVirtualClock(plan.wallStartMs);
  const room = await openRoom(plan, clock);
  const bots = await addBots(plan, room);
  for (let played = 0; played < plan.frames; played++) {
    const isDue = played > 0 && played % (plan.checkpointFrames ?? Infinity) === 0;
    if (isDue) await room.checkpointer.saveLast();
    plan.watch?.(room, room.core.stateHash());
    const { nextFrame } = room;
    for (const { lane, walk } of bots) {
      const input = { kind: MessageKind.INPUT, frame: nextFrame, entry: walk.entryAt(nextFrame) };
      putInput(lane, input, clock.nowMs(), nextFrame, room.sealedMs);
    }
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) runTick(room);
    clock.advance(FRAME_DURATION_MS);
    if (played % FLUSH_FRAMES === FLUSH_FRAMES - 1) await flush(room);
    if (played % REPORT_FRAMES === REPORT_FRAMES - 1) plan.report?.(`${played + 1} frames played`);
  }
  await flush(room);
  const saved = await room.checkpointer.saveLast();
  if (saved.kind !== 'committed') throw new Error(`the last checkpoint failed: ${saved.kind}`);
  room.journal.stop();
}

function openRoom({ module, store, bots }: HistoryPlan, clock: VirtualClock): Promise<Room> {
  return openWorld({
    module,
    store,
    clock,
    meters: createMeters(),
    log: createLog({ level: 'silent', clock }),
    seed: 1,
    limits: {
      playersMax: bots,
      reconnectGraceSeconds: 30,
      softBufferBytes: 256 * 1024,
      heartbeatSeconds: 15,
    },
    onArrived: () => {},
    onCheckpoint: () => {},
    onLeaseLost: () => {
      throw new Error('another server took the world over');
    },
  });
}

async function addBots({ module, store, bots }: HistoryPlan, room: Room): Promise<Bot[]> {
  const spreadM = MODE_SPREAD_M.crowd;
  const walkOf = createWalks(await createCodec(module), { mode: 'crowd', spreadM });
  const made: Bot[] = [];
  for (let number = 0; number < bots; number++) {
    const { account } = await store.createGuest(`bot ${number}`);
    const place = arrivalPlace(account, spreadM);
    const lane = createLane(reserveEntity(room), place.yaw);
    const leftHand = reserveEntity(room);
    const rightHand = reserveEntity(room);
    const { entity } = lane;
    const foot = [place.x, place.y, place.z] as const;
    room.lanes.set(entity, lane);
    room.commands.push((codec) =>
      codec.addSpawnPlayer({ entity, leftHand, rightHand, account, foot, yaw: place.yaw }),
    );
    made.push({ lane, walk: walkOf({ number, account, headset: number % 2 === 0 }) });
  }
  return made;
}

async function flush(room: Room): Promise<void> {
  const outcome = await room.journal.flush();
  if (outcome.kind !== 'committed') throw new Error(`the journal failed: ${outcome.kind}`);
}
