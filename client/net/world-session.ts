import type { Core } from '../../core-wasm/host/core.ts';
import type { BodyColumns, Intent, PlayerColumns, Pose } from '../../core-wasm/host/types.ts';
import type { Ghosts } from '../interpolate/ghosts.ts';
import type { Effect } from '../predict/effects.ts';
import type { FlightRecorder, Recorded } from '../predict/flight-recorder.ts';
import type { Durable } from './durability.ts';
import type { Schedule } from './schedule.ts';
import type { Connect } from './socket.ts';
import type { SessionStatus } from './status.ts';

/** Somebody's stay in a world: what `openSession` gives, and all that a view may know of it. */
export interface WorldSession {
  readonly status: SessionStatus;
  /** The predicted world, read-only for the view. */
  readonly core: Core;
  /**
   * Advances network and prediction to `nowMs`. Calls `sampleIntent` once for each tick that it
   * simulates and `samplePose` once for each frame. Returns how far, 0…1, the display is from the
   * previous to the current tick.
   */
  update(nowMs: number): number;
  /** Previous and current tick, corrections blended in. Rows are reused: read, do not keep. */
  readonly bodies: { readonly previous: BodyColumns; readonly current: BodyColumns };
  readonly players: { readonly previous: PlayerColumns; readonly current: PlayerColumns };
  /** Players beyond the bubble. */
  readonly ghosts: Ghosts;
  /** To be added to the own foot: the world may wait for news, but the camera goes on. Metres. */
  readonly ownLead: Float32Array;
  /** The proof on which both ends agreed at a frame's first tick, for the last ten seconds. */
  hashOfFrame(frame: number): bigint | null;
  /** The state at the first tick of the frame after the newest confirmed one, for checkers. */
  confirmedState(): { frame: number; state: Uint8Array } | null;
  /**
   * Settles once it is known what became of a frame: `durable` when no crash can take it away any
   * more, `lost` when the server went before it said so. What a player could be robbed of is his
   * only then.
   */
  whenDurable(frame: number): Promise<Durable>;
  /** What was confirmed in the last half minute; null without a recorder, or before it began. */
  recorded(): Recorded | null;
  /** What happened in the predicted world since it was asked last, each thing once. */
  takeEffects(): Effect[];
  close(): void;
}

export interface SessionOptions {
  readonly url: string;
  /** Fetches a ticket; called again when the server refuses the one at hand. */
  readonly ticket: () => Promise<string>;
  /** An own core: the session is the only one to step it. */
  readonly core: Core;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  readonly sampleIntent: () => Intent;
  /** Null while nothing is tracked. */
  readonly samplePose: () => Pose | null;
  /** False where nobody looks, which saves a sixth: `bodies` and `players` stay empty. */
  readonly isShown?: boolean;
  readonly connect?: Connect;
  readonly schedule?: Schedule;
  readonly random?: () => number;
  /** Gets each desync as a file once it is settled; see `core-wasm/host/incident-file.ts`. */
  readonly onIncident?: (file: Uint8Array) => void;
  /** Keeps the last half minute, for `recorded`. */
  readonly recorder?: FlightRecorder;
  /**
   * Hears what was moved of what is shown: an entity, how far, m, and whether by a rollback or only
   * because the world had waited and is further now.
   */
  readonly onMoved?: (entity: number, distanceM: number, waited: boolean) => void;
}
