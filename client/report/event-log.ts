/** Something that a client noticed, for whoever reads its report. */
export interface LoggedEvent {
  /** On the page's own clock, ms. */
  readonly atMs: number;
  readonly what: string;
}

const EVENTS_MAX = 200;
/** What is moved by less nobody sees. */
const MOVED_M_MIN = 0.05;
/** Of corrections of one moment, the widest is enough. */
const MOVED_TOGETHER_MS = 50;

/** The last things that a client noticed; older ones make room. */
export class EventLog {
  readonly #nowMs: () => number;
  readonly #events: LoggedEvent[] = [];
  #connection = '';
  /** The corrections of the moment, told when it is over. */
  #moved = { atMs: Number.NEGATIVE_INFINITY, count: 0, entity: 0, distanceM: 0, waited: false };

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(what: string): void {
    this.#events.push({ atMs: Math.round(this.#nowMs()), what });
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  /** The connection's state, whenever somebody looks. */
  noteConnection(state: string, reason: string): void {
    if (state === this.#connection) return;
    this.#connection = state;
    this.note(reason === '' ? `connection ${state}` : `connection ${state}: ${reason}`);
  }

  /** See `SessionOptions.onMoved`. */
  noteMoved(entity: number, distanceM: number, waited: boolean): void {
    if (distanceM < MOVED_M_MIN) return;
    const moved = this.#moved;
    const nowMs = this.#nowMs();
    if (nowMs - moved.atMs > MOVED_TOGETHER_MS) {
      this.#tellMoved();
      Object.assign(moved, { atMs: nowMs, count: 0, distanceM: 0 });
    }
    moved.count++;
    if (distanceM > moved.distanceM) Object.assign(moved, { entity, distanceM, waited });
  }

  events(): readonly LoggedEvent[] {
    this.#tellMoved();
    return this.#events;
  }

  #tellMoved(): void {
    const { count, entity, distanceM, waited } = this.#moved;
    if (count === 0) return;
    const why = waited ? 'after a wait' : 'by a rollback';
    this.note(`${count} moved ${why}, entity ${entity} by ${distanceM.toFixed(2)} m`);
    this.#moved.count = 0;
  }
}
