import { CloseCode } from '../../core-wasm/host/close-code.ts';
import {
  type Hello,
  type Input,
  MessageKind,
  PROTOCOL_VERSION,
} from '../../core-wasm/host/messages.ts';
import { createMeter, type MeterLimits } from '../net/token-bucket.ts';
import { countBy, countClose } from '../observe/meters.ts';
import type { Bus, LinkEvents, Store } from '../ports.ts';
import { sendTo } from '../room/broadcast.ts';
import { putInput } from '../room/input-queue.ts';
import type { Room } from '../room/room.ts';
import { createSession, type Session } from './session.ts';

/** A socket that has not said HELLO by then is closed. */
export const HELLO_TIMEOUT_MS = 5000;

/**
 * Arrivals that are looked up at once. A flood of sockets that greet and leave would otherwise
 * queue a query each, faster than any database answers.
 */
const LOOKUPS_MAX = 16;

export interface LobbyOptions {
  readonly bus: Pick<Bus, 'nextEpoch' | 'session'>;
  readonly store: Pick<Store, 'account'>;
  readonly limits: MeterLimits;
  /** A lookup that failed; the player is told to come back. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** Why a socket must be closed; null when it may stay. */
type Verdict = { readonly code: number; readonly reason: string } | null;

/**
 * The socket callbacks. They check, copy into queues and return: nothing here touches the world,
 * nothing is awaited, nothing throws on what a client sent.
 */
export function createLobby(room: Room, options: LobbyOptions): LinkEvents {
  const { sessions } = room;

  function receive(session: Session, bytes: Uint8Array): Verdict {
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
    if (message.kind === MessageKind.INPUT) return onInput(session, message, nowMs);
    if (message.kind === MessageKind.PING) return onPing(session, message.nonce);
    if (message.kind === MessageKind.HELLO) return onHello(session, message);
    return { code: CloseCode.OUT_OF_ORDER, reason: 'a message that only a server sends' };
  }

  function onInput(session: Session, input: Input, nowMs: number): Verdict {
    if (session.state !== 'live' && session.state !== 'stalled') {
      return { code: CloseCode.OUT_OF_ORDER, reason: 'input before welcome' };
    }
    const lane = room.lanes.get(session.entity);
    if (lane === undefined) return null;
    const arrival = putInput(lane, input, nowMs, room.ring.next, room.sealedMs);
    if (arrival === 'late') room.meters.inputsLate++;
    return null;
  }

  function onPing(session: Session, nonce: number): Verdict {
    const pong = room.codec.encodePong(nonce);
    sendTo(room, session, pong);
    return null;
  }

  function onHello(session: Session, hello: Hello): Verdict {
    if (session.state !== 'greeting')
      return { code: CloseCode.OUT_OF_ORDER, reason: 'hello twice' };
    if (hello.protocol !== PROTOCOL_VERSION || hello.coreHash !== room.core.module.hash64) {
      return { code: CloseCode.VERSION_MISMATCH, reason: 'reload to get the current version' };
    }
    session.state = 'arriving';
    session.hello = hello;
    waiting.push(session);
    lookUpNext();
    return null;
  }

  /** Sessions that wait for a lookup, oldest first; those that closed meanwhile are passed over. */
  const waiting: Session[] = [];
  let lookups = 0;

  function lookUpNext(): void {
    while (lookups < LOOKUPS_MAX) {
      const session = waiting.shift();
      if (session === undefined) return;
      if (session.state !== 'arriving') continue;
      lookups++;
      void lookUp(session).finally(() => {
        lookups--;
        lookUpNext();
      });
    }
  }

  /** Epoch and account come from outside; the tick meets the session when they are here. */
  async function lookUp(session: Session): Promise<void> {
    try {
      const { account } = session;
      const [epoch, known] = await Promise.all([
        options.bus.nextEpoch(account),
        options.store.account(account),
      ]);
      const rival = await options.bus.session(account);
      if (session.state !== 'arriving') return;
      if (rival !== null && rival.epoch > epoch) {
        session.link.close(CloseCode.SUPERSEDED, 'a newer session of this player is elsewhere');
        return;
      }
      session.epoch = epoch;
      session.lastSeen = known?.lastSeen ?? null;
      room.arrivals.push(session);
    } catch (error) {
      options.onFault('arrival', error);
      session.link.close(CloseCode.UNAVAILABLE, 'try again in a moment');
    }
  }

  return {
    onOpen(link) {
      const nowMs = room.clock.nowMs();
      room.meters.linksOpened++;
      sessions.set(link.id, createSession(link, createMeter(options.limits), nowMs));
    },
    onMessage(link, bytes) {
      const session = sessions.get(link.id);
      if (session === undefined) return;
      const verdict = receive(session, bytes);
      if (verdict !== null) link.close(verdict.code, verdict.reason);
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
      if (session.entity !== 0) room.departures.push(session);
    },
  };
}
