import { STEP_STAGES } from '../../core-wasm/host/stages.ts';
import type { Meters } from './meters.ts';
import type { RuntimeSample } from './runtime-sample.ts';

type Reading = number | Iterable<readonly [label: string, value: number]>;

/** Read at scrape time out of the meters. */
export interface ReadMetric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** The one label, when `read` gives pairs. */
  readonly label?: string;
  readonly read: (meters: Meters, runtime: RuntimeSample) => Reading;
}

/** Added to where it happens; never on the path of a packet. */
export interface CountedMetric {
  readonly type: 'counter';
  readonly help: string;
  readonly labels: readonly string[];
}

export interface HistogramMetric {
  readonly type: 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper edges, seconds. */
  readonly buckets: readonly number[];
}

export type MetricSpec = ReadMetric | CountedMetric | HistogramMetric;

/** A tick has 16.7 ms. */
const TICK_BUCKETS = [
  0.0005, 0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.014, 0.016667, 0.025, 0.05, 0.1, 0.5,
];
const STORE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A group has 250 ms of play; its write should take a few. */
const LAG_BUCKETS = [0.1, 0.2, 0.25, 0.26, 0.275, 0.3, 0.35, 0.4, 0.5, 0.75, 1, 2.5, 5, 10, 30, 60];
const WRITE_BUCKETS = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1, 5,
];
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const RECENT_QUANTILES = [0.5, 0.9, 0.99, 1];
const JOURNAL_STATES = ['ok', 'behind', 'full'] as const;

/** Every metric that the server has; dashboards and alerts may name these and no others. */
export const METRICS = {
  spacetime_tick_duration_seconds: {
    type: 'histogram',
    help: 'Time that one tick took, from draining inputs to the last send.',
    labels: [],
    buckets: TICK_BUCKETS,
  },
  spacetime_tick_duration_recent_seconds: {
    type: 'gauge',
    help: 'Exact quantiles of the tick duration over the last 3,600 ticks.',
    label: 'quantile',
    read: ({ recentTicks }) =>
      recentTicks
        .quantiles(RECENT_QUANTILES)
        .map((ms, index) => [String(RECENT_QUANTILES[index]), ms / 1000] as const),
  },
  spacetime_tick_lag_seconds: {
    type: 'gauge',
    help: 'How far the tick loop is behind its schedule; also the lag of the event loop.',
    read: ({ tickLagMs }) => tickLagMs / 1000,
  },
  spacetime_ticks_total: {
    type: 'counter',
    help: 'Ticks that were run.',
    read: ({ ticks }) => ticks,
  },
  spacetime_catch_up_ticks_total: {
    type: 'counter',
    help: 'Ticks that were run without waiting because the loop was behind.',
    read: ({ catchUpTicks }) => catchUpTicks,
  },
  spacetime_slipped_ticks_total: {
    type: 'counter',
    help: 'Ticks given up because the loop was too far behind; the clock of the world slipped.',
    read: ({ slippedTicks }) => slippedTicks,
  },
  spacetime_paused_ticks_total: {
    type: 'counter',
    help: 'Ticks in which the world stood still because the store did not take what was played.',
    read: ({ pausedTicks }) => pausedTicks,
  },
  spacetime_step_faults_total: {
    type: 'counter',
    help: 'Ticks whose step reported a fault bit: a capacity was reached or a body quarantined.',
    read: ({ stepFaults }) => stepFaults,
  },
  spacetime_step_stage_seconds_total: {
    type: 'counter',
    help: 'Time in each stage of the step; divide by spacetime_step_timed_ticks_total.',
    label: 'stage',
    read: ({ stageMs }) =>
      STEP_STAGES.map((stage, index) => [stage, (stageMs[index] as number) / 1000] as const),
  },
  spacetime_step_timed_ticks_total: {
    type: 'counter',
    help: 'Ticks of which the stages were timed: one of 32.',
    read: ({ timedTicks }) => timedTicks,
  },
  spacetime_frames_sealed_total: {
    type: 'counter',
    help: 'Frames that were sequenced, journaled and broadcast.',
    read: ({ framesSealed }) => framesSealed,
  },
  spacetime_inputs_accepted_total: {
    type: 'counter',
    help: 'Inputs that came in time for their frame.',
    read: ({ inputsAccepted }) => inputsAccepted,
  },
  spacetime_inputs_late_total: {
    type: 'counter',
    help: 'Inputs that came after their frame was sealed, and were dropped.',
    read: ({ inputsLate }) => inputsLate,
  },
  spacetime_inputs_replaced_total: {
    type: 'counter',
    help: 'Inputs that the sequencer made up because the player’s did not come in time.',
    read: ({ inputsReplaced }) => inputsReplaced,
  },
  spacetime_players: {
    type: 'gauge',
    help: 'Players whose bodies are in the world.',
    read: ({ players }) => players,
  },
  spacetime_links: {
    type: 'gauge',
    help: 'Open sockets, by what the session does with them.',
    label: 'state',
    read: ({ links }) => Object.entries(links),
  },
  spacetime_links_opened_total: {
    type: 'counter',
    help: 'Sockets that were opened.',
    read: ({ linksOpened }) => linksOpened,
  },
  spacetime_spares_asked_total: {
    type: 'counter',
    help: 'Sockets that asked to be the second one of a session, whether they were taken or not.',
    read: ({ sparesAsked }) => sparesAsked,
  },
  spacetime_link_closes_total: {
    type: 'counter',
    help: 'Sockets that were closed, by close code.',
    label: 'code',
    read: ({ closesByCode }) => closesByCode,
  },
  spacetime_door_refusals_total: {
    type: 'counter',
    help: 'Upgrades that were refused before a socket existed, by reason.',
    label: 'code',
    read: ({ refusalsByCode }) => refusalsByCode,
  },
  spacetime_messages_in_total: {
    type: 'counter',
    help: 'Messages received.',
    read: ({ messagesIn }) => messagesIn,
  },
  spacetime_messages_out_total: {
    type: 'counter',
    help: 'Messages sent.',
    read: ({ messagesOut }) => messagesOut,
  },
  spacetime_bytes_in_total: {
    type: 'counter',
    help: 'Bytes of received messages.',
    read: ({ bytesIn }) => bytesIn,
  },
  spacetime_bytes_out_total: {
    type: 'counter',
    help: 'Bytes of sent messages.',
    read: ({ bytesOut }) => bytesOut,
  },
  spacetime_sends_queued_total: {
    type: 'counter',
    help: 'Sends that the kernel did not take at once.',
    read: ({ sendsQueued }) => sendsQueued,
  },
  spacetime_sends_dropped_total: {
    type: 'counter',
    help: 'Sends that were dropped because the client’s buffer was full.',
    read: ({ sendsDropped }) => sendsDropped,
  },
  spacetime_malformed_total: {
    type: 'counter',
    help: 'Messages that did not decode, by number of the wire fault.',
    label: 'fault',
    read: ({ malformedByFault }) => malformedByFault,
  },
  spacetime_snapshots_sent_total: {
    type: 'counter',
    help: 'States sent: to newcomers, to who fell behind and for repair.',
    read: ({ snapshotsSent }) => snapshotsSent,
  },
  spacetime_bubble_enters_total: {
    type: 'counter',
    help: 'Bodies that entered a client’s bubble.',
    read: ({ bubbleEnters }) => bubbleEnters,
  },
  spacetime_bubble_leaves_total: {
    type: 'counter',
    help: 'Bodies that left a client’s bubble.',
    read: ({ bubbleLeaves }) => bubbleLeaves,
  },
  spacetime_frames_roomless_total: {
    type: 'counter',
    help: 'Frames of clients in a crowd too dense to be simulated, who saw themselves as a ghost.',
    read: ({ framesRoomless }) => framesRoomless,
  },
  spacetime_proofs_sent_total: {
    type: 'counter',
    help: 'Hashes of bubbles sent for clients to compare.',
    read: ({ proofsSent }) => proofsSent,
  },
  spacetime_returns_total: {
    type: 'counter',
    help: 'Clients that came back with a world: went on from it, came too late, or began anew.',
    label: 'how',
    read: ({ returns }) => Object.entries(returns),
  },
  spacetime_state_hash_mismatches_total: {
    type: 'counter',
    help: 'States on which client and server disagreed. Any is a bug.',
    read: ({ stateHashMismatches }) => stateHashMismatches,
  },
  spacetime_repairs_total: {
    type: 'counter',
    help: 'Bubbles repaired after a mismatch: only the islands that differ, or by a snapshot.',
    label: 'kind',
    read: ({ repairsByKind }) => repairsByKind,
  },
  spacetime_incidents_total: {
    type: 'counter',
    help: 'Incident files from clients, by outcome; explain one with “bun ops desync explain”.',
    label: 'outcome',
    read: ({ incidentsByOutcome }) => incidentsByOutcome,
  },
  spacetime_journal_state: {
    type: 'gauge',
    help: 'The journal’s state: 1 for the current one, 0 for the others.',
    label: 'state',
    read: ({ journalState }) =>
      JOURNAL_STATES.map((state) => [state, state === journalState ? 1 : 0] as const),
  },
  spacetime_journal_durable_frame: {
    type: 'gauge',
    help: 'The last frame that a crash cannot take away.',
    read: ({ journalDurableFrame }) => journalDurableFrame,
  },
  spacetime_journal_queue_bytes: {
    type: 'gauge',
    help: 'Bytes of frames that wait for the store.',
    read: ({ journalQueueBytes }) => journalQueueBytes,
  },
  spacetime_journal_queue_frames: {
    type: 'gauge',
    help: 'Frames that a crash of the server would take; 20 are a second of play.',
    read: ({ journalQueueFrames }) => journalQueueFrames,
  },
  spacetime_journal_groups_total: {
    type: 'counter',
    help: 'Groups of frames that were committed.',
    read: ({ journalGroups }) => journalGroups,
  },
  spacetime_journal_bytes_total: {
    type: 'counter',
    help: 'Bytes of those groups, packed.',
    read: ({ journalBytes }) => journalBytes,
  },
  spacetime_journal_failures_total: {
    type: 'counter',
    help: 'Writes that the store did not take; each is tried again.',
    read: ({ journalFailures }) => journalFailures,
  },
  spacetime_journal_durable_lag_seconds: {
    type: 'histogram',
    help: 'Age of a group’s first frame at its commit: what a crash just before would have cost.',
    labels: [],
    buckets: LAG_BUCKETS,
  },
  spacetime_journal_write_duration_seconds: {
    type: 'histogram',
    help: 'Time of a group’s write, from its beginning to its commit.',
    labels: [],
    buckets: WRITE_BUCKETS,
  },
  spacetime_checkpoint_frame: {
    type: 'gauge',
    help: 'The frame of the newest committed checkpoint.',
    read: ({ checkpointFrame }) => checkpointFrame,
  },
  spacetime_checkpoint_duration_seconds: {
    type: 'histogram',
    help: 'Time from copying the state to its commit.',
    labels: [],
    buckets: STORE_BUCKETS,
  },
  spacetime_store_query_duration_seconds: {
    type: 'histogram',
    help: 'Time from a question to the store until its answer, the wait for a socket included.',
    labels: [],
    buckets: STORE_BUCKETS,
  },
  spacetime_store_sockets: {
    type: 'gauge',
    help: 'Sockets to the database: open, busy, and the most that there may be.',
    label: 'state',
    read: ({ storeUsage }) => {
      const usage = storeUsage();
      if (usage === null) return [];
      const { open, busy, socketsMax } = usage;
      return Object.entries({ open, busy, max: socketsMax });
    },
  },
  spacetime_store_socket_busy_seconds_total: {
    type: 'counter',
    help: 'Time that sockets to the database were busy; its rate by the most is the utilisation.',
    read: ({ storeUsage }) => (storeUsage()?.busyMs ?? 0) / 1000,
  },
  spacetime_store_waiting: {
    type: 'gauge',
    help: 'Questions to the store that wait for a socket.',
    read: ({ storeUsage }) => storeUsage()?.waiting ?? 0,
  },
  spacetime_store_replica_lag_seconds: {
    type: 'gauge',
    help: 'How old the newest state of the read replica is; NaN without one or while it is away.',
    read: ({ storeUsage }) => (storeUsage()?.replica?.lagMs ?? Number.NaN) / 1000,
  },
  spacetime_store_replica_reads_total: {
    type: 'counter',
    help: 'Reads meant for the replica, by who answered them.',
    label: 'by',
    read: ({ storeUsage }) => {
      const replica = storeUsage()?.replica;
      if (replica == null) return [];
      return Object.entries({ replica: replica.answered, primary: replica.fellBack });
    },
  },
  spacetime_security_events_lost_total: {
    type: 'counter',
    help: 'Security events that found no room while the store was away.',
    read: ({ securityEventsLost }) => securityEventsLost(),
  },
  http_requests_total: {
    type: 'counter',
    help: 'HTTP requests answered, by method, route and status.',
    labels: ['method', 'route', 'status'],
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to answer an HTTP request, by route.',
    labels: ['route'],
    buckets: HTTP_BUCKETS,
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory.',
    read: (_meters, { rssBytes }) => rssBytes,
  },
  process_cpu_user_seconds_total: {
    type: 'counter',
    help: 'CPU time spent in user mode.',
    read: (_meters, { cpuUserSeconds }) => cpuUserSeconds,
  },
  process_cpu_system_seconds_total: {
    type: 'counter',
    help: 'CPU time spent in the kernel.',
    read: (_meters, { cpuSystemSeconds }) => cpuSystemSeconds,
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'CPU time, user and kernel.',
    read: (_meters, { cpuUserSeconds, cpuSystemSeconds }) => cpuUserSeconds + cpuSystemSeconds,
  },
  process_uptime_seconds: {
    type: 'gauge',
    help: 'Time since the process started.',
    read: (_meters, { uptimeSeconds }) => uptimeSeconds,
  },
  process_open_fds: {
    type: 'gauge',
    help: 'Open files, sockets included.',
    read: (_meters, { openFiles }) => openFiles,
  },
  spacetime_heap_used_bytes: {
    type: 'gauge',
    help: 'Heap in use by the engine’s own count; Bun adds what WebAssembly reserved.',
    read: (_meters, { heapUsedBytes }) => heapUsedBytes,
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
type NamesOf<T> = { [N in MetricName]: (typeof METRICS)[N] extends T ? N : never }[MetricName];
export type CountedName = NamesOf<CountedMetric>;
export type HistogramName = NamesOf<HistogramMetric>;
/** Exactly the labels that the table gives a metric. */
export type LabelsOf<N extends CountedName | HistogramName> = {
  readonly [L in (typeof METRICS)[N]['labels'][number]]: string;
};
