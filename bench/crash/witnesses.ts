import { openSession, type WorldSession } from '../../client/net/session.ts';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { connectCounted, newLinkCounts } from '../swarm/links.ts';
import { createLogin } from '../swarm/login.ts';
import { createWanderer } from '../swarm/wander.ts';

/** What a client held for the server's world: its bubble at a frame's first tick. */
export interface Sight {
  readonly witness: number;
  readonly frame: number;
  readonly state: Uint8Array;
  /** The client's own player. */
  readonly entity: number;
}

/** Whole clients but for the picture. They write down all that the server confirmed to them. */
export interface Witnesses {
  readonly count: number;
  /** How many of them are in the world. */
  liveCount(): number;
  /** The newest frame that any of them was told; −1 for none. */
  newestFrame(): number;
  /** The newest frame of which any of them was told that no crash can take it away. */
  durableFrame(): number;
  /** When a frame was confirmed last, ms. */
  confirmedAtMs(): number;
  desyncs(): number;
  /** What was confirmed since it was asked last. */
  take(): Sight[];
  /** Nobody looks at them: they neither play nor try to come back in a hurry. */
  rest(): void;
  /** Somebody does again: who is cut off tries at once. */
  wake(): void;
  close(): void;
}

const UPDATE_INTERVAL_MS = 8;
/** 20 s of each: enough for all that was played since the last start. */
const SIGHTS_MAX = 400;

export async function startWitnesses(
  count: number,
  url: string,
  module: CoreModule,
): Promise<Witnesses> {
  const opened = await Promise.all(
    Array.from({ length: count }, (_, index) => openWitness(index, url, module)),
  );
  const seen = opened.map((): Sight[] => []);
  let confirmedAtMs = Number.NEGATIVE_INFINITY;
  let isResting = false;
  const look = (): void => {
    for (const [witness, { session, framesOfLink }] of opened.entries()) {
      const nowMs = performance.now();
      session.update(nowMs);
      const own = seen[witness] as Sight[];
      const { entity } = session.status;
      // Until the first frame of a new connection the world is still the one of the last.
      const isTold = isLive(session) && framesOfLink() > 0;
      const confirmed = isTold ? session.confirmedState() : null;
      if (confirmed === null || confirmed.frame === own.at(-1)?.frame) continue;
      confirmedAtMs = nowMs;
      // The history writes over its states.
      own.push({ witness, entity, frame: confirmed.frame, state: confirmed.state.slice() });
      if (own.length > SIGHTS_MAX) own.shift();
    }
  };
  const timer = setInterval(() => isResting || look(), UPDATE_INTERVAL_MS);
  return {
    count,
    liveCount: () => opened.filter(({ session }) => isLive(session)).length,
    newestFrame: () => Math.max(-1, ...opened.map(({ session }) => session.status.confirmedFrame)),
    durableFrame: () =>
      Math.max(-1, ...opened.map(({ session }) => session.status.keeping.durableFrame)),
    confirmedAtMs: () => confirmedAtMs,
    desyncs: () => opened.reduce((sum, { session }) => sum + session.status.desyncs, 0),
    take: () => seen.flatMap((own) => own.splice(0)),
    rest() {
      isResting = true;
    },
    wake() {
      isResting = false;
    },
    close() {
      clearInterval(timer);
      for (const { session } of opened) session.close();
    },
  };
}

interface Witness {
  readonly session: WorldSession;
  /** Frames that came over the connection that is open now. */
  framesOfLink(): number;
}

async function openWitness(index: number, url: string, module: CoreModule): Promise<Witness> {
  const core = await Core.create(module);
  const wanderer = createWanderer(1000 + index, true);
  let counts = newLinkCounts();
  const session = openSession({
    url,
    core,
    ticket: createLogin(url).ticket,
    nowMs: () => performance.now(),
    isShown: false,
    connect(...address) {
      counts = newLinkCounts();
      return connectCounted(counts)(...address);
    },
    sampleIntent: () => wanderer.intentAt(core.tick),
    samplePose: () => wanderer.poseAt(core.tick),
  });
  return { session, framesOfLink: () => counts.frames };
}

function isLive({ status }: WorldSession): boolean {
  return status.connection === 'live';
}
