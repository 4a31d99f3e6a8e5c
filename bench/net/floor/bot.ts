import { type Crowd, type CrowdOptions, createMetronome, type NetBot } from '../crowd.ts';
import { Sightings } from '../sightings.ts';

/** Sender and sequence, 32 bits each; the rest of a message is filling. */
export const HEADER_BYTES = 8;

/** Bots that send and receive bytes of the right number, and look at the first few. */
export function openFloorCrowd({ url, upBytes }: CrowdOptions): Crowd {
  const seen = new Sightings();
  let joined = 0;
  return {
    join: () => joinFloor(url, joined++, upBytes, seen),
    beginSeen: () => seen.begin(),
    endSeen: () => seen.end(),
  };
}

function joinFloor(url: string, index: number, upBytes: number, seen: Sightings): NetBot {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const metronome = createMetronome(performance.now());
  const message = crypto.getRandomValues(new Uint8Array(upBytes));
  const view = new DataView(message.buffer);
  view.setUint32(0, index);
  const counted = { bytesIn: 0, bytesOut: 0, framesIn: 0 };
  let reason = '';
  let lastSequence = -1;
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    counted.bytesIn += data.byteLength;
    counted.framesIn++;
    const header = new DataView(data, 0, HEADER_BYTES);
    const [sender, sequence] = [header.getUint32(0), header.getUint32(4)];
    if (sender === index || sequence === lastSequence) return;
    lastSequence = sequence;
    seen.read(String(sender), performance.now(), new Uint8Array(data, 0, HEADER_BYTES));
  };
  socket.onclose = ({ code }) => {
    reason = `closed with ${code}`;
  };
  return {
    advance(nowMs) {
      for (const frame of metronome.due(nowMs)) {
        if (socket.readyState !== WebSocket.OPEN) break;
        view.setUint32(4, frame);
        socket.send(message);
        counted.bytesOut += message.length;
        seen.noteSent(String(index), nowMs, message.slice(0, HEADER_BYTES));
      }
      return metronome.nextMs();
    },
    get live() {
      return socket.readyState === WebSocket.OPEN && counted.framesIn > 0;
    },
    get reason() {
      return reason;
    },
    get bytesIn() {
      return counted.bytesIn;
    },
    get bytesOut() {
      return counted.bytesOut;
    },
    get framesIn() {
      return counted.framesIn;
    },
    close() {
      seen.forget(String(index));
      socket.close();
    },
  };
}
