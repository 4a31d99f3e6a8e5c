import {
  type Arrival,
  type ClientLink,
  type Connect,
  connectWebSocket,
} from '../../client/net/socket.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import { changeCountsOf, isFrame } from './frames.ts';

/**
 * A link that hands frames to `onFrame` when they come in and calls `onMail` for whatever else did,
 * which `receive` has. So thousands of bots need not be asked whether anything came.
 *
 * It stands on the engine's WebSocket. A socket of our own making was measured instead, over
 * Bun.connect with masks of zero: 3,000 bots then cost 0.62 of a core, with this 0.65; four fifths
 * are the kernel's either way.
 */
export function connectTapped(
  onFrame: (bytes: Uint8Array, atMs: number) => void,
  onMail: (atMs: number) => void,
): Connect {
  return (url, protocols, nowMs) => {
    const socket = new WebSocket(url, [...protocols]);
    socket.binaryType = 'arraybuffer';
    const mail: Arrival[] = [];
    let isOpen = false;
    let closeCode = 0;
    let closeReason = '';
    const closed = (code: number, reason: string) => {
      if (closeCode !== 0) return;
      isOpen = false;
      closeCode = code;
      closeReason = reason;
    };
    socket.onopen = () => {
      isOpen = closeCode === 0;
      onMail(nowMs());
    };
    socket.onmessage = ({ data }) => {
      if (closeCode !== 0) return;
      const bytes = new Uint8Array(data as ArrayBuffer);
      const atMs = nowMs();
      if (isFrame(bytes)) {
        onFrame(bytes, atMs);
        return;
      }
      mail.push({ bytes, atMs });
      onMail(atMs);
    };
    socket.onclose = ({ code, reason }) => {
      closed(code, reason);
      onMail(nowMs());
    };
    return {
      get state() {
        if (closeCode !== 0) return 'closed';
        return isOpen ? 'open' : 'connecting';
      },
      get closeCode() {
        return closeCode;
      },
      get closeReason() {
        return closeReason;
      },
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      send(bytes) {
        if (isOpen) socket.send(bytes as Uint8Array<ArrayBuffer>);
      },
      receive: () => mail.shift() ?? null,
      close(code, reason) {
        closed(code, reason);
        socket.close(code, reason);
      },
    };
  };
}

/** What went over a full client's link that its session does not tell. */
export interface LinkCounts {
  frames: number;
  inputs: number;
  snapshots: number;
  /** Repairs that the client asked for. */
  repairs: number;
  /** Frames with which something entered the bubble, and bodies that left it. */
  enters: number;
  leaves: number;
  /** The next frame is the first behind a state. */
  isFirst: boolean;
}

export function newLinkCounts(): LinkCounts {
  return { frames: 0, inputs: 0, snapshots: 0, repairs: 0, enters: 0, leaves: 0, isFirst: true };
}

/** The client's own link, with everything counted that passes it. */
export function connectCounted(counts: LinkCounts): Connect {
  return (url, protocols, nowMs) => {
    const link = connectWebSocket(url, protocols, nowMs);
    return Object.assign(Object.create(link) as ClientLink, {
      receive(): Arrival | null {
        const arrival = link.receive();
        if (arrival !== null) countArrival(counts, arrival.bytes);
        return arrival;
      },
      send(bytes: Uint8Array): void {
        if (bytes[0] === MessageKind.REPAIR) counts.repairs++;
        if (bytes[0] === MessageKind.INPUT) counts.inputs++;
        link.send(bytes);
      },
    });
  };
}

function countArrival(counts: LinkCounts, bytes: Uint8Array): void {
  if (bytes[0] === MessageKind.SNAPSHOT) {
    counts.snapshots++;
    counts.isFirst = true;
  }
  if (!isFrame(bytes)) return;
  counts.frames++;
  // With the first frame behind a state all that moves enters: nothing crossed a border.
  const change = counts.isFirst ? null : changeCountsOf(bytes);
  counts.isFirst = false;
  if (change === null) return;
  counts.leaves += change.leaves;
  if (change.enterBytes > 0) counts.enters++;
}
