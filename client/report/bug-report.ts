import { PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { layoutOf } from '../../core-wasm/host/recording/recording.ts';
import { encodeRecording } from '../../core-wasm/host/recording/writer.ts';
import type { WorldSession } from '../net/session.ts';
import type { EventLog } from './event-log.ts';

/** What a report says about the page beside what the session knows. */
export interface PageFacts {
  readonly userAgent: string;
  readonly language: string;
  /** CSS pixels, and device pixels to one of them. */
  readonly screen: readonly [width: number, height: number, ratio: number];
  readonly address: string;
  readonly madeAt: string;
  /** Of the page's own clock, which the events are on, ms. */
  readonly atMs: number;
}

export interface BugReport {
  /** A `.strec` of the client's bubble, with `text` in its first line. */
  readonly recording: Uint8Array;
  /** The same as JSON, to be read at a glance. */
  readonly text: string;
}

/**
 * The last half minute as this client had it, and what it noticed. Null before a world has come,
 * and without a recorder.
 */
export async function makeBugReport(
  session: Pick<WorldSession, 'core' | 'status' | 'recorded'>,
  log: EventLog,
  page: PageFacts,
): Promise<BugReport | null> {
  const recorded = session.recorded();
  const first = recorded?.stretches[0];
  if (recorded === null || first === undefined) return null;
  const { status, core } = session;
  const { connection, reason, closeCode, entity, account, rttMs, slackMs } = status;
  const { rollbacks, resimulatedTicks, deepestRollbackTicks, bytesIn, bytesOut } = status;
  const { desyncs, confirmedFrame, provenFrame } = status;
  const coreHash = core.module.hash;
  const report = {
    ...{ protocol: PROTOCOL_VERSION, coreHash, page },
    session: {
      ...{ connection, reason, closeCode, entity, account, rttMs, slackMs },
      ...{ rollbacks, resimulatedTicks, deepestRollbackTicks, bytesIn, bytesOut },
      ...{ desyncs, confirmedFrame, provenFrame },
    },
    events: [...log.events()],
  };
  const head = {
    coreHash,
    layout: layoutOf(first.state),
    world: 'bubble',
    entity,
    report,
  } as const;
  const recording = await encodeRecording(head, recorded.stretches, () => recorded.end);
  return { recording, text: `${JSON.stringify(report, null, 2)}\n` };
}
