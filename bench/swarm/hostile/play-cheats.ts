import { openSession, type WorldSession } from '../../../client/net/session.ts';
import { type ClientLink, connectWebSocket } from '../../../client/net/socket.ts';
import { emptyPlayers } from '../../../core-wasm/host/columns.ts';
import { Core } from '../../../core-wasm/host/core.ts';
import { MessageKind } from '../../../core-wasm/host/messages.ts';
import {
  Button,
  type Intent,
  type Pose,
  TICK_RATE_HZ,
  YAW_UNITS_PER_TURN,
} from '../../../core-wasm/host/types.ts';
import { createLogin } from '../login.ts';
import { type Cheat, type Outcome, STILL, type Stage, waitFor } from './stage.ts';

/**
 * Cheats that play: the whole client, with a link that tampers with what it sends. Its core has
 * what the server made of it, so it can tell whether anything was gained.
 */
interface Trick {
  readonly name: string;
  readonly intentAt?: (tick: number) => Intent;
  readonly pose?: Pose;
  /** Makes what passes inputs on, changed, late or more than once. */
  readonly tampers?: () => Tamper;
}

type Tamper = (input: SentInput, send: (bytes: Uint8Array) => void) => void;

interface SentInput {
  readonly frame: number;
  readonly bytes: Uint8Array;
  /** The same for another frame. */
  at(frame: number): Uint8Array;
}

const PLAY_MS = 6_000;
const JOIN_MAX_MS = 15_000;
const UPDATE_INTERVAL_MS = 8;
const SPEED_WINDOW_TICKS = TICK_RATE_HZ;
/** Sprinting, and what somebody pushes who stands in the way. */
const SPEED_MAX_MPS = 8;
/** The core holds hands within 4.5 m; more would be a hand of its own. */
const REACH_MAX_M = 5;

const SPRINT: Intent = { ...STILL, moveZ: 127, buttons: Button.SPRINT };
const FAR_HAND = { position: [0, 0, -32_000], rotation: [0, 0, 0, 1] } as const;

const TRICKS: readonly Trick[] = [
  {
    name: 'runs ahead and aside at once',
    intentAt: () => ({ ...SPRINT, moveX: 127 }),
  },
  {
    name: 'jumps on every tick',
    intentAt: (tick) => ({ ...SPRINT, buttons: Button.SPRINT | (tick & 1 ? Button.JUMP : 0) }),
  },
  {
    name: 'turns half around on every tick',
    intentAt: (tick) => ({ ...SPRINT, yaw: tick & 1 ? YAW_UNITS_PER_TURN / 2 : 0 }),
  },
  {
    name: 'hands 32 m away, gripping',
    intentAt: () => ({ ...STILL, buttons: Button.GRIP_LEFT | Button.GRIP_RIGHT }),
    pose: { head: FAR_HAND, left: FAR_HAND, right: FAR_HAND },
  },
  {
    name: 'every input three times',
    intentAt: () => SPRINT,
    tampers:
      () =>
      ({ bytes }, send) => {
        for (let i = 0; i < 3; i++) send(bytes);
      },
  },
  {
    name: 'inputs for the past',
    intentAt: () => SPRINT,
    tampers:
      () =>
      ({ frame, bytes, at }, send) => {
        send(bytes);
        send(at(Math.max(0, frame - 40)));
      },
  },
  {
    name: 'inputs for the far future',
    intentAt: () => SPRINT,
    tampers:
      () =>
      ({ frame, bytes, at }, send) => {
        send(bytes);
        send(at(frame + 5_000));
      },
  },
  { name: 'old inputs replayed', intentAt: () => SPRINT, tampers: createReplay },
  { name: 'lag switch: a second held back', intentAt: () => SPRINT, tampers: createLagSwitch },
];

/** Sends what it sent a second ago once more. */
function createReplay(): Tamper {
  const sent: Uint8Array[] = [];
  return ({ bytes }, send) => {
    send(bytes);
    sent.push(bytes);
    if (sent.length > 20) send(sent.shift() as Uint8Array);
  };
}

/** Holds everything back for a second, then lets it go at once. */
function createLagSwitch(): Tamper {
  const held: Uint8Array[] = [];
  return ({ bytes }, send) => {
    held.push(bytes);
    if (held.length < 20) return;
    for (const one of held.splice(0)) send(one);
  };
}

export const PLAY_CHEATS: readonly Cheat[] = TRICKS.map((trick) => ({
  name: trick.name,
  expected: 'harmless',
  run: (stage) => play(stage, trick),
}));

async function play(stage: Stage, trick: Trick): Promise<Outcome> {
  const core = await Core.create(stage.module);
  const session = openSession({
    url: stage.url,
    core,
    ticket: createLogin(stage.url).ticket,
    nowMs: () => performance.now(),
    isShown: false,
    sampleIntent: () => trick.intentAt?.(core.tick) ?? STILL,
    samplePose: () => trick.pose ?? null,
    connect: (url, protocols, nowMs) =>
      tampering(core, trick, connectWebSocket(url, protocols, nowMs)),
  });
  const gains = watchGains(core, session);
  const timer = setInterval(() => {
    session.update(performance.now());
    gains.look();
  }, UPDATE_INTERVAL_MS);
  try {
    const isLive = () => session.status.account !== 0;
    if (!(await waitFor(isLive, JOIN_MAX_MS))) return `harmful: not in: ${session.status.reason}`;
    await Bun.sleep(PLAY_MS);
    const { connection, closeCode } = session.status;
    if (closeCode !== 0) return `closed ${closeCode}`;
    return connection === 'live' ? (gains.complaint() ?? 'harmless') : 'cut';
  } finally {
    clearInterval(timer);
    session.close();
  }
}

function tampering(core: Core, { tampers }: Trick, link: ClientLink): ClientLink {
  if (tampers === undefined) return link;
  const tamper = tampers();
  const send = (bytes: Uint8Array) => link.send(bytes);
  return Object.assign(Object.create(link) as ClientLink, {
    send(bytes: Uint8Array): void {
      const decoded = core.decodeMessage(bytes);
      if (decoded.ok && decoded.message.kind === MessageKind.INPUT) {
        const { frame } = decoded.message;
        const entry = decoded.message.entry.slice();
        tamper({ frame, bytes, at: (other) => core.encodeInput(other, entry) }, send);
      } else {
        send(bytes);
      }
    },
  });
}

interface Gains {
  look(): void;
  complaint(): Outcome | null;
}

/** How fast the own body ever was over a second, and how far its hands got from it. */
function watchGains(core: Core, { status }: WorldSession): Gains {
  const players = emptyPlayers();
  const places: Array<{ readonly tick: number; readonly x: number; readonly z: number }> = [];
  let windows = 0;
  let fastestMps = 0;
  let farthestM = 0;
  return {
    look() {
      if (status.account === 0) return;
      core.readPlayers(players);
      const row = players.ids.subarray(0, players.count).indexOf(status.entity);
      if (row < 0) return;
      const [x, y, z] = players.feet.subarray(row * 3, row * 3 + 3) as unknown as number[];
      // By ticks: whoever lies to the clock's reports only predicts further ahead.
      const { tick } = core;
      places.push({ tick, x: x as number, z: z as number });
      while (places[0] !== undefined && tick - places[0].tick > SPEED_WINDOW_TICKS) places.shift();
      const then = places[0];
      // A shorter window would measure the correction of a guess.
      if (then !== undefined && tick - then.tick === SPEED_WINDOW_TICKS) {
        const metres = Math.hypot((x as number) - then.x, (z as number) - then.z);
        windows++;
        fastestMps = Math.max(fastestMps, (metres * TICK_RATE_HZ) / SPEED_WINDOW_TICKS);
      }
      for (const part of [players.lefts, players.rights]) {
        const at = row * 7;
        farthestM = Math.max(
          farthestM,
          Math.hypot(
            (part[at] as number) - (x as number),
            (part[at + 1] as number) - (y as number),
            (part[at + 2] as number) - (z as number),
          ),
        );
      }
    },
    complaint() {
      if (windows === 0) return 'harmful: it was never seen';
      if (fastestMps > SPEED_MAX_MPS) return `harmful: ${fastestMps.toFixed(1)} m/s`;
      if (farthestM > REACH_MAX_M) return `harmful: hands ${farthestM.toFixed(1)} m away`;
      return null;
    },
  };
}
