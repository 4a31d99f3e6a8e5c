import { CloseCode } from '../../core-wasm/host/close-code.ts';
import {
  type Hello,
  type Input,
  MessageKind,
  PROTOCOL_VERSION,
  type Repair,
} from '../../core-wasm/host/messages.ts';
import { createMeter, type MeterLimits } from '../net/token-bucket.ts';
import { countBy, countClose } from '../observe/meters.ts';
import type { Link, LinkEvents } from '../ports.ts';
import { arrivedAtMs } from '../room/arrival-time.ts';
import { sendTo } from '../room/broadcast.ts';
import { putInput } from '../room/input-queue.ts';
import { askRepair } from '../room/repair.ts';
import type { Room } from '../room/room.ts';
import { createSession, type Session } from '../session/session.ts';
import { createLookups, type LookupSources } from './lookups.ts';
import { endSpare, standBy } from './spare.ts';
import type { Verdict } from './verdict.ts';

export interface LobbyOptions extends LookupSources {
  readonly limits: MeterLimits;
  /** Hears of a link that is closed for what no client of ours does. */
  readonly onHostile?: (link: Link, code: number) => void;
}

/** A client of another version is no enemy. */
const HOSTILE_CODES: ReadonlySet<number> = new Set([
  CloseCode.FLOOD,
  CloseCode.MALFORMED,
  CloseCode.OUT_OF_ORDER,
]);

/**
 * The socket callbacks. They check, copy into queues and return: nothing here touches the world,
 * nothing is awaited, nothing throws on what a client sent.
 */
export function createLobby(room: Room, options: LobbyOptions): LinkEvents {
  const { sessions } = room;
  const lookUp = createLookups(room, options);
  return {
    onOpen(link) {
      room.meters.linksOpened++;
      sessions.set(link.id, createSession(link, createMeter(options.limits), room.clock.nowMs()));
    },
    onMessage(link, bytes) {
      const session = sessions.get(link.id);
      if (session === undefined) return;
      const verdict = receive(room, session, bytes, lookUp);
      if (verdict === null) return;
      link.close(verdict.code, verdict.reason);
      if (HOSTILE_CODES.has(verdict.code)) options.onHostile?.(link, verdict.code);
    },
    onDrain(link) {
      const session = sessions.get(link.id);
      if (session !== undefined) session.drained = true;
    },
    onClose(link, code) {
      const session = sessions.get(link.id);
      if (session === undefined) return;
      sessions.delete(link.id);
      session.state = 'closed';
      countClose(room.meters, code);
      endSpare(room, session);
      if (session.entity !== 0) room.departures.push(session);
    },
  };
}

function receive(
  room: Room,
  session: Session,
  bytes: Uint8Array,
  lookUp: (session: Session) => void,
): Verdict {
  const nowMs = room.clock.nowMs();
  room.meters.messagesIn++;
  room.meters.bytesIn += bytes.length;
  if (!session.meter.take(bytes.length, nowMs)) {
    return { code: CloseCode.FLOOD, reason: 'too many messages' };
  }
  session.heardMs = nowMs;
  const decoded = room.codec.decodeMessage(bytes);
  if (!decoded.ok) {
    countBy(room.meters.malformedByFault, decoded.fault);
    return { code: CloseCode.MALFORMED, reason: `wire fault ${decoded.fault}` };
  }
  const { message } = decoded;
  if (message.kind === MessageKind.INPUT) return takeInput(room, session, message, nowMs);
  if (message.kind === MessageKind.PING) return answerPing(room, session, message.nonce);
  if (message.kind === MessageKind.REPAIR) return repair(room, session, message);
  if (message.kind === MessageKind.SPARE) return standBy(room, session, message);
  if (message.kind === MessageKind.HELLO) return greet(room, session, message, lookUp);
  return { code: CloseCode.OUT_OF_ORDER, reason: 'a message that only a server sends' };
}

function takeInput(room: Room, sender: Session, input: Input, nowMs: number): Verdict {
  const session = sender.principal ?? sender;
  if (session.state !== 'live' && session.state !== 'stalled') {
    return { code: CloseCode.OUT_OF_ORDER, reason: 'input before welcome' };
  }
  const lane = room.lanes.get(session.entity);
  if (lane === undefined) return null;
  const arrival = putInput(
    lane,
    input,
    arrivedAtMs(room.arrival, nowMs),
    room.nextFrame,
    room.sealedMs,
  );
  if (arrival === 'late') room.meters.inputsLate++;
  return null;
}

function answerPing(room: Room, session: Session, nonce: number): Verdict {
  sendTo(room, session, room.codec.encodePong(nonce));
  return null;
}

/** His world is not ours any more: he gets what differs of ours with one of the next frames. */
function repair(room: Room, session: Session, message: Repair): Verdict {
  if (session.state !== 'live' && session.state !== 'stalled') {
    return { code: CloseCode.OUT_OF_ORDER, reason: 'repair before welcome' };
  }
  askRepair(room, session, message);
  return null;
}

function greet(
  room: Room,
  session: Session,
  hello: Hello,
  lookUp: (session: Session) => void,
): Verdict {
  if (session.state !== 'greeting') return { code: CloseCode.OUT_OF_ORDER, reason: 'hello twice' };
  if (hello.protocol !== PROTOCOL_VERSION || hello.coreHash !== room.core.module.hash64) {
    return { code: CloseCode.VERSION_MISMATCH, reason: 'reload to get the current version' };
  }
  session.state = 'arriving';
  session.hello = hello;
  lookUp(session);
  return null;
}
