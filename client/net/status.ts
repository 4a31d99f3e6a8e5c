import type { Core } from '../../core-wasm/host/core.ts';
import type { Predictor } from '../predict/predictor.ts';
import type { ClockSync } from './clock-sync.ts';
import type { Connection, ConnectionState } from './connection.ts';
import type { Durability, KeepingStatus } from './durability.ts';

export interface SessionStatus {
  readonly connection: ConnectionState;
  /** Why the world is not live, for the player; empty while it is. */
  readonly reason: string;
  /** Time until the next attempt, ms; 0 while none is waited for. */
  readonly retryInMs: number;
  /** Number of the last close, 0 before the first. */
  readonly closeCode: number;
  /** Own player's entity, 0 before the first welcome. */
  readonly entity: number;
  /** Own account, 0 until the own player is in the world. */
  readonly account: number;
  /** The predicted world's tick and frame. */
  readonly tick: number;
  readonly frame: number;
  readonly rttMs: number;
  /** How early inputs came, by the server's last report; negative is late. */
  readonly slackMs: number;
  readonly rollbacks: number;
  readonly resimulatedTicks: number;
  readonly deepestRollbackTicks: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Inputs leave on a second socket too. */
  readonly hasSpare: boolean;
  readonly desyncs: number;
  /** Newest frame that was applied as the server had it, −1 before the first. */
  readonly confirmedFrame: number;
  /** Newest frame on whose state both ends agreed, −1 before the first. */
  readonly provenFrame: number;
  readonly provenHash: bigint;
  /** How the server keeps what is played. */
  readonly keeping: KeepingStatus;
}

export interface StatusSources {
  readonly connection: Connection;
  readonly clock: ClockSync;
  readonly predictor: Predictor;
  readonly durability: Durability;
  readonly core: Core;
  readonly nowMs: () => number;
}

/** The own account, once the own player is in the world. */
function accountLookup(predictor: Predictor, core: Core): () => number {
  let account = 0;
  let accountOf = 0;
  return () => {
    const { entity } = predictor;
    if (accountOf !== entity || account === 0) {
      accountOf = entity;
      account = core.playerAccounts().find((player) => player.entity === entity)?.account ?? 0;
    }
    return account;
  };
}

/** A live view, so that reading the status costs nothing when nobody looks. */
export function statusOf(sources: StatusSources): SessionStatus {
  const { connection, clock, predictor, durability, core, nowMs } = sources;
  const account = accountLookup(predictor, core);
  return {
    get connection() {
      return connection.state;
    },
    get reason() {
      return connection.reason;
    },
    get retryInMs() {
      return connection.retryInMs(nowMs());
    },
    get closeCode() {
      return connection.closeCode;
    },
    get entity() {
      return predictor.entity;
    },
    get account() {
      return account();
    },
    get tick() {
      return core.tick;
    },
    get frame() {
      return core.frame;
    },
    get rttMs() {
      return clock.rttMs;
    },
    get slackMs() {
      return clock.slackMs;
    },
    get rollbacks() {
      return predictor.rollbacks;
    },
    get resimulatedTicks() {
      return predictor.resimulatedTicks;
    },
    get deepestRollbackTicks() {
      return predictor.deepestRollbackTicks;
    },
    get bytesIn() {
      return connection.bytesIn;
    },
    get bytesOut() {
      return connection.bytesOut;
    },
    get hasSpare() {
      return connection.hasSpare;
    },
    get desyncs() {
      return predictor.desyncs;
    },
    get confirmedFrame() {
      return predictor.confirmedFrame;
    },
    get provenFrame() {
      return predictor.confirmed.newestFrame;
    },
    get provenHash() {
      return predictor.confirmed.newestHash;
    },
    get keeping() {
      return durability.statusAt(nowMs());
    },
  };
}
