import type { Incident } from '../../core-wasm/host/incident-file.ts';
import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Difference } from './difference.ts';
import { type Explanation, HEALED_FIELD } from './explain.ts';

const KINDS: Readonly<Record<string, string>> = {
  movers: 'body',
  statics: 'static body',
  players: 'player',
  joints: 'joint of',
  contacts: 'contact of',
};

/** Whether it is said what went wrong. */
export function isNamed({ kind }: Explanation): boolean {
  return kind === 'client' || kind === 'server' || kind === 'stream';
}

/** What the file is about, for a person. */
export function describeIncident({ head, frames, server }: Incident): string {
  const first = frames[0]?.frame ?? head.frame;
  const last = frames.at(-1)?.frame ?? first;
  const seconds = (((last - first) * TICKS_PER_FRAME) / TICK_RATE_HZ).toFixed(2);
  const proven = head.isProven ? 'a state on which both ends agreed' : 'a state of its own';
  const repair =
    server === null
      ? 'the server has added nothing'
      : `repaired at frame ${server.note.frame} (${server.note.kind})`;
  return [
    `client of account ${head.account}, player ${nameOf(head.entity)}, core ${head.coreHash}`,
    `frames ${first} to ${last} (${seconds} s), from ${proven}`,
    `frame ${head.frame}: ${head.fault}, server's proof ${head.expected}, own ${head.got}`,
    repair,
  ].join('\n');
}

/** What was found, for a person. */
export function wordsOf(explanation: Explanation): string {
  const { tick } = explanation;
  return `tick ${tick} (frame ${Math.floor(tick / TICKS_PER_FRAME)}): ${foundWords(explanation)}`;
}

function foundWords(explanation: Explanation): string {
  switch (explanation.kind) {
    case 'client':
      return clientWords(explanation);
    case 'server': {
      const { first, count } = explanation;
      const what = `${differenceWords(first)}${moreWords(count)}`;
      return `the client follows from its frames, but the server has it otherwise: ${what}`;
    }
    case 'stream': {
      const player = nameOf(explanation.entity);
      return `the client was given another input of player ${player} than the server sealed`;
    }
    case 'refused':
      return `the core refuses what the client was given (wire fault ${explanation.wire})`;
    case 'clean': {
      const where = explanation.isProven ? "the fault is the server's" : 'the fault lies before it';
      return `until then everything follows from the first state: ${where}`;
    }
  }
}

function clientWords(found: Extract<Explanation, { kind: 'client' }>): string {
  const { first, count, isExact, seenAtTick } = found;
  const what = `${differenceWords(first)}${moreWords(count)}`;
  if (isExact) return `on the client ${what}`;
  if (first.field !== HEALED_FIELD) {
    return `the client went another way; at tick ${seenAtTick} ${what}`;
  }
  return `the client went another way, and was right again at tick ${seenAtTick}`;
}

function moreWords(count: number): string {
  return count > 1 ? `, and ${count - 1} fields more` : '';
}

/** One line for a program. Numbers that JSON has not are texts. */
export function jsonOf({ head }: Incident, explanation: Explanation): string {
  return JSON.stringify({ ...head, explanation }, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

function differenceWords({
  section,
  entity,
  other,
  field,
  expected,
  got,
  bit,
}: Difference): string {
  const kind = KINDS[section];
  const ends = other === 0 ? nameOf(entity) : `${nameOf(entity)} and ${nameOf(other)}`;
  const what = kind === undefined ? `${section}` : `${kind} ${ends}`;
  if (field === 'record') return `${what} is ${got === null ? 'missing' : 'too many'}`;
  const flipped = bit < 0 ? '' : ` (bit ${bit} was flipped)`;
  return `${what}: ${field} is ${got}, expected ${expected}${flipped}`;
}

/** Generation and index, as ids are made. */
function nameOf(entity: number): string {
  return `0x${entity.toString(16)}`;
}
