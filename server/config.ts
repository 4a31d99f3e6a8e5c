import { z } from 'zod';
import { SERVER_MESSAGE_BYTES_MAX } from '../core-wasm/host/core.ts';
import { GHOST_BUDGET_MIN_BYTES } from '../core-wasm/host/interest.ts';
import { nearestName } from './nearest-name.ts';
import { JOURNAL_DAYS } from './persist/retention.ts';

export type Runtime = 'bun' | 'node';
export type TransportKind = 'bun' | 'uws';

/** Everything that the environment decides, read once by `main`. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Folder of everything that outlives the process: database, keys. */
  readonly dataDir: string;
  /** Null: a PostgreSQL of our own inside `dataDir`. */
  readonly databaseUrl: string | null;
  readonly database: DatabaseConfig;
  /** Null: the bus lives in this process. */
  readonly redisUrl: string | null;
  /** Used only when the region does not exist yet. */
  readonly worldSeed: number;
  readonly logLevel: LogLevel;
  readonly transport: TransportKind;
  readonly tls: TlsPaths | null;
  readonly playersMax: number;
  /** 0: newcomers stand on a ring; else spread over a square of this half side, m. */
  readonly arrivalSpreadM: number;
  /** For how many days any tick of the world can be restored. */
  readonly journalDays: number;
  /** How long the body of a player whose socket broke stays in the world. */
  readonly reconnectGraceSeconds: number;
  /** A drain that has not kept the world after so long gives up, and says so by its exit code. */
  readonly drainSeconds: number;
  /** Play that may wait for the store; with more the world stands still. */
  readonly undurableSeconds: number;
  readonly interest: { readonly nearestPlayers: number };
  /** Bytes for ghosts in each frame of a client. */
  readonly ghostBytes: number;
  /** Bytes of frames that a client gets in a second, ghosts and all; 0 for as many as it takes. */
  readonly frameBytesPerSecond: number;
  readonly tickets: TicketConfig;
  readonly limits: LimitConfig;
}

export interface DatabaseConfig {
  /** Sockets to the database at most. */
  readonly socketsMax: number;
  /** A streaming replica of it, for what may be read a moment late; null: there is none. */
  readonly replicaUrl: string | null;
  /** A replica that lags further behind is not asked. */
  readonly replicaLagMaxMs: number;
}

export interface TlsPaths {
  readonly certPath: string;
  readonly keyPath: string;
}

export interface TicketConfig {
  /** How long a ticket opens the door. */
  readonly ttlSeconds: number;
  /** How long after its issue a ticket may be exchanged for a fresh one of the same account. */
  readonly renewalSeconds: number;
  /** PKCS #8 file of the signing key; servers that share a world share it. */
  readonly keyPath: string;
  /** Guest tickets that one address may take, on average and at once. */
  readonly guestsPerMinute: number;
}

export interface LimitConfig {
  /** Above it a client gets no more frames, and one snapshot once it has drained. */
  readonly softBufferBytes: number;
  /** Nothing beyond it is ever buffered for a client. */
  readonly hardBufferBytes: number;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** A socket that says nothing for so long is closed. */
  readonly heartbeatSeconds: number;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const PREFIX = 'SPACETIME_';
const KIB = 1024;
/** Eight players in VR who move take 1,500, and somebody may come. */
const FRAME_BYTES_PER_SECOND_MIN = 2000;
const DAY_SECONDS = 86_400;

const VARIABLES = z.object({
  PORT: integer(0, 65_535, 8080),
  HOST: text(/^[\w.:-]+$/, 'a host name or an IP address', '0.0.0.0'),
  DATA_DIR: text(/^[^\0]+$/, 'a folder', 'world-data'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/name'),
  DATABASE_REPLICA_URL: url(
    ['postgres:', 'postgresql:'],
    'postgres://user:password@host:5432/name',
  ),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379'),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  NODE_ENV: optional(/^/, 'any text'),
  SPACETIME_DATABASE_SOCKETS: integer(1, 100, 10),
  SPACETIME_REPLICA_LAG_MS: integer(100, 60_000, 1000),
  SPACETIME_WORLD_SEED: integer(0, 0xffff_ffff, 1),
  SPACETIME_PLAYERS_MAX: integer(1, 4096, 256),
  SPACETIME_ARRIVAL_SPREAD_M: integer(0, 240, 0),
  SPACETIME_JOURNAL_DAYS: integer(1, 3660, JOURNAL_DAYS),
  SPACETIME_RECONNECT_GRACE_SECONDS: integer(0, 3600, 30),
  SPACETIME_DRAIN_SECONDS: integer(1, 3600, 20),
  SPACETIME_UNDURABLE_SECONDS: integer(3, 3600, 30),
  SPACETIME_NEAREST_PLAYERS: integer(1, 64, 32),
  SPACETIME_GHOST_BYTES: integer(0, 1024, 65),
  SPACETIME_FRAME_BYTES_PER_SECOND: integer(0, 1_000_000, 5500),
  SPACETIME_TICKET_TTL_SECONDS: integer(30, DAY_SECONDS, 900),
  SPACETIME_TICKET_RENEWAL_SECONDS: integer(30, 366 * DAY_SECONDS, 30 * DAY_SECONDS),
  SPACETIME_TICKET_KEY_PATH: optional(/^[^\0]+$/, 'a file path'),
  SPACETIME_GUESTS_PER_MINUTE: integer(1, 100_000, 30),
  SPACETIME_SEND_BUFFER_SOFT_BYTES: integer(16 * KIB, 64 * KIB * KIB, 256 * KIB),
  SPACETIME_SEND_BUFFER_HARD_BYTES: integer(9 * KIB * KIB, 128 * KIB * KIB, 12 * KIB * KIB),
  SPACETIME_MESSAGES_PER_SECOND: integer(25, 1000, 60),
  SPACETIME_BYTES_PER_SECOND: integer(4 * KIB, 1024 * KIB, 8 * KIB),
  SPACETIME_HEARTBEAT_SECONDS: integer(3, 300, 15),
  SPACETIME_TRANSPORT: optional(/^(bun|uws)$/, 'bun or uws'),
  SPACETIME_TLS_CERT_PATH: optional(/^[^\0]+$/, 'a file path'),
  SPACETIME_TLS_KEY_PATH: optional(/^[^\0]+$/, 'a file path'),
});
type Variables = z.infer<typeof VARIABLES>;

/** Names that `readConfig` knows, in the order of the documentation. */
export const CONFIG_NAMES: readonly string[] = Object.keys(VARIABLES.shape);

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the whole configuration. An empty variable counts as unset. Every problem is reported,
 * not just the first, and no problem repeats the value of a variable that may hold a password.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  runtime: Runtime = currentRuntime(),
): ConfigOutcome {
  const given = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const parsed = VARIABLES.safeParse(given);
  const problems = unknownNames(Object.keys(given));
  if (!parsed.success) {
    problems.push(
      ...parsed.error.issues.map((issue) => `${String(issue.path[0])}${issue.message}`),
    );
    return { ok: false, problems };
  }
  problems.push(...contradictions(parsed.data, runtime));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: assemble(parsed.data, runtime) };
}

export function currentRuntime(): Runtime {
  return process.versions.bun === undefined ? 'node' : 'bun';
}

function assemble(read: Variables, runtime: Runtime): Config {
  const { SPACETIME_TLS_CERT_PATH: certPath, SPACETIME_TLS_KEY_PATH: keyPath } = read;
  const transport = read.SPACETIME_TRANSPORT as TransportKind | null;
  return {
    port: read.PORT,
    host: read.HOST,
    dataDir: read.DATA_DIR,
    databaseUrl: read.DATABASE_URL,
    database: {
      socketsMax: read.SPACETIME_DATABASE_SOCKETS,
      replicaUrl: read.DATABASE_REPLICA_URL,
      replicaLagMaxMs: read.SPACETIME_REPLICA_LAG_MS,
    },
    redisUrl: read.REDIS_URL,
    worldSeed: read.SPACETIME_WORLD_SEED,
    logLevel: read.LOG_LEVEL,
    transport: transport ?? (runtime === 'bun' ? 'bun' : 'uws'),
    tls: certPath !== null && keyPath !== null ? { certPath, keyPath } : null,
    playersMax: read.SPACETIME_PLAYERS_MAX,
    arrivalSpreadM: read.SPACETIME_ARRIVAL_SPREAD_M,
    journalDays: read.SPACETIME_JOURNAL_DAYS,
    reconnectGraceSeconds: read.SPACETIME_RECONNECT_GRACE_SECONDS,
    drainSeconds: read.SPACETIME_DRAIN_SECONDS,
    undurableSeconds: read.SPACETIME_UNDURABLE_SECONDS,
    interest: { nearestPlayers: read.SPACETIME_NEAREST_PLAYERS },
    ghostBytes: read.SPACETIME_GHOST_BYTES,
    frameBytesPerSecond: read.SPACETIME_FRAME_BYTES_PER_SECOND,
    tickets: {
      ttlSeconds: read.SPACETIME_TICKET_TTL_SECONDS,
      renewalSeconds: read.SPACETIME_TICKET_RENEWAL_SECONDS,
      keyPath: read.SPACETIME_TICKET_KEY_PATH ?? `${read.DATA_DIR}/ticket-key.pem`,
      guestsPerMinute: read.SPACETIME_GUESTS_PER_MINUTE,
    },
    limits: {
      softBufferBytes: read.SPACETIME_SEND_BUFFER_SOFT_BYTES,
      hardBufferBytes: read.SPACETIME_SEND_BUFFER_HARD_BYTES,
      messagesPerSecond: read.SPACETIME_MESSAGES_PER_SECOND,
      bytesPerSecond: read.SPACETIME_BYTES_PER_SECOND,
      heartbeatSeconds: read.SPACETIME_HEARTBEAT_SECONDS,
    },
  };
}

/** Each value may be fine alone while two of them cannot both hold. */
function contradictions(read: Variables, runtime: Runtime): string[] {
  const problems: string[] = [];
  const soft = read.SPACETIME_SEND_BUFFER_SOFT_BYTES;
  const hard = read.SPACETIME_SEND_BUFFER_HARD_BYTES;
  if (hard < soft + SERVER_MESSAGE_BYTES_MAX) {
    problems.push(
      `SPACETIME_SEND_BUFFER_HARD_BYTES is ${hard}: a snapshot of ${SERVER_MESSAGE_BYTES_MAX} ` +
        `bytes must fit above SPACETIME_SEND_BUFFER_SOFT_BYTES (${soft}); ` +
        `allowed ${soft + SERVER_MESSAGE_BYTES_MAX} and more`,
    );
  }
  const ttl = read.SPACETIME_TICKET_TTL_SECONDS;
  if (read.SPACETIME_TICKET_RENEWAL_SECONDS < ttl) {
    problems.push(
      `SPACETIME_TICKET_RENEWAL_SECONDS is ${read.SPACETIME_TICKET_RENEWAL_SECONDS}: ` +
        `shorter than SPACETIME_TICKET_TTL_SECONDS; allowed ${ttl} and more`,
    );
  }
  const ghostBytes = read.SPACETIME_GHOST_BYTES;
  if (ghostBytes > 0 && ghostBytes < GHOST_BUDGET_MIN_BYTES) {
    problems.push(
      `SPACETIME_GHOST_BYTES is ${ghostBytes}: not enough for one player; allowed 0, or ` +
        `${GHOST_BUDGET_MIN_BYTES} and more`,
    );
  }
  const frameBytes = read.SPACETIME_FRAME_BYTES_PER_SECOND;
  if (frameBytes > 0 && frameBytes < FRAME_BYTES_PER_SECOND_MIN) {
    problems.push(
      `SPACETIME_FRAME_BYTES_PER_SECOND is ${frameBytes}: not enough for the nearest players; ` +
        `allowed 0, or ${FRAME_BYTES_PER_SECOND_MIN} and more`,
    );
  }
  if ((read.SPACETIME_TLS_CERT_PATH === null) !== (read.SPACETIME_TLS_KEY_PATH === null)) {
    problems.push(
      'SPACETIME_TLS_CERT_PATH and SPACETIME_TLS_KEY_PATH: only one is set; ' +
        'allowed both, or neither for plain http',
    );
  }
  if (read.DATABASE_REPLICA_URL !== null && read.DATABASE_URL === null) {
    problems.push('DATABASE_REPLICA_URL is set without DATABASE_URL: a replica of which database?');
  }
  const transport = read.SPACETIME_TRANSPORT;
  if (transport === 'bun' && runtime !== 'bun') {
    problems.push('SPACETIME_TRANSPORT is "bun": this is Node; allowed here: uws');
  }
  if (transport === 'uws' && runtime !== 'node') {
    problems.push(
      'SPACETIME_TRANSPORT is "uws": its addon cannot load into Bun; allowed here: bun',
    );
  }
  return problems;
}

/**
 * Everything under our prefix must be known. Other names belong to the whole machine, so they are
 * only refused when they are one slip away from a name of ours.
 */
function unknownNames(given: readonly string[]): string[] {
  const problems: string[] = [];
  for (const name of given) {
    if (CONFIG_NAMES.includes(name)) continue;
    const nearest = nearestName(name, CONFIG_NAMES);
    if (nearest === null) continue;
    const slipsMax = nearest.name.length < 8 ? 0 : nearest.name.length < 12 ? 1 : 2;
    if (name.startsWith(PREFIX) || nearest.distance <= slipsMax) {
      problems.push(`${name} is not a known variable; did you mean ${nearest.name}?`);
    }
  }
  return problems;
}

function integer(min: number, max: number, fallback: number) {
  const allowed = `allowed ${min}…${max} (default ${fallback})`;
  return z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return fallback;
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      const problem = Number.isNaN(value) ? 'not a whole number' : 'out of range';
      return refuse(context, ` is "${text}": ${problem}; ${allowed}`);
    });
}

function text(pattern: RegExp, meaning: string, fallback: string) {
  return optional(pattern, `${meaning} (default ${fallback})`).transform((v) => v ?? fallback);
}

function optional(pattern: RegExp, meaning: string) {
  return z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return null;
      if (pattern.test(value)) return value;
      return refuse(context, ` is "${value}": allowed ${meaning}`);
    });
}

function oneOf<T extends string>(choices: readonly T[], fallback: T) {
  return z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return fallback;
      const choice = choices.find((candidate) => candidate === value);
      if (choice !== undefined) return choice;
      const allowed = `allowed ${choices.join(', ')} (default ${fallback})`;
      return refuse(context, ` is "${value}": not a choice; ${allowed}`);
    });
}

/** The value is never repeated: it may hold a password. */
function url(schemes: readonly string[], example: string) {
  return z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return null;
      const scheme = URL.canParse(value) ? new URL(value).protocol : 'none';
      if (schemes.includes(scheme)) return value;
      return refuse(context, ` is no address that we can use; allowed like ${example}`);
    });
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
