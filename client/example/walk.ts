import { BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { MessageKind, NO_RESUME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { type PlayerInput, TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';

/**
 * A client in one page: logs in as a guest, joins, walks in a circle, and tells whom it sees. It
 * lives in the frames that the server has decided and predicts nothing.
 *
 *   bun client/example/walk.ts http://127.0.0.1:8080 [seconds]
 */

const [address = 'http://127.0.0.1:8080', seconds = '10'] = process.argv.slice(2);
/** How many frames ahead of the last one it acts: enough for the way to a server nearby. */
const LEAD_FRAMES = 3;
const FRAME_RATE_HZ = TICK_RATE_HZ / TICKS_PER_FRAME;

async function login(): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/auth/guest`, { method: 'POST', headers, body: '{}' });
  if (!answer.ok) throw new Error(`the server takes no guests: ${answer.status}`);
  return ((await answer.json()) as { ticket: string }).ticket;
}

function stepsInACircle(frame: number): PlayerInput {
  const yaw = Math.floor((frame / (5 * FRAME_RATE_HZ)) * 65_536) & 0xffff;
  const intent = { moveX: 0, moveZ: 127, yaw, pitch: 0, buttons: 0 };
  return { intents: [intent, intent, intent], pose: null };
}

const artifact = await fetch(`${address}/core.wasm`);
const core = await Core.create(await compileCore(new Uint8Array(await artifact.arrayBuffer())));
const reader = new BubbleReader(core);
const socket = new WebSocket(`${address.replace('http', 'ws')}/`, [
  'spacetime.v1',
  `ticket.${await login()}`,
]);
socket.binaryType = 'arraybuffer';
const send = (bytes: Uint8Array) => socket.send(Uint8Array.from(bytes));
let own = 0;
let frames = 0;

function live(message: Uint8Array): void {
  const read = reader.read(message);
  if (!read.ok) throw new Error(`a frame cannot be read: ${read.fault}`);
  const { frame, bytes, leaves, enter } = read.frame;
  const isIn = core.removePart(leaves) && (enter.length === 0 || core.insertShrunk(enter) === 0);
  if (!isIn || core.stepFrame(bytes).wire !== 0) throw new Error('the core refuses the frame');
  send(core.encodeInput(frame + LEAD_FRAMES, core.encodeEntry(stepsInACircle(frame))));
  if (++frames % FRAME_RATE_HZ === 0) tellWhomItSees();
  if (frames === Number(seconds) * FRAME_RATE_HZ) socket.close(1000);
}

function tellWhomItSees(): void {
  const place = new Float32Array(3);
  for (const { entity, account } of core.playerAccounts()) {
    core.bodyPosition(entity, place);
    console.log(`${entity === own ? 'I am' : `player ${account} is`} at ${place.join(', ')}`);
  }
}

socket.onopen = () => {
  const hello = { protocol: PROTOCOL_VERSION, coreHash: core.module.hash64 };
  send(core.encodeHello({ ...hello, ...NO_RESUME, instance: 1, attempt: 1 }));
};
socket.onclose = ({ code, reason }) => console.log(`closed: ${code} ${reason}`);
socket.onmessage = ({ data }) => {
  const decoded = core.decodeMessage(new Uint8Array(data as ArrayBuffer));
  if (!decoded.ok) throw new Error(`no message: ${decoded.fault}`);
  const { message } = decoded;
  if (message.kind === MessageKind.WELCOME) own = message.entity;
  if (message.kind === MessageKind.FRAME) live(message.message);
  if (message.kind !== MessageKind.SNAPSHOT) return;
  reader.begin(message.frame);
  const state = core.unpackSnapshot(message.state);
  if (state === null || core.restore(state) !== 0) throw new Error('the state is refused');
};
