import { ghostLength } from '../../core-wasm/host/ghost.ts';

/** Parts of a FRAME, as `core-wasm/assembly/wire/bubble/message.ts` lays them out. */
export const PART_NAMES = [
  'head',
  'proofs',
  'timing',
  'enters',
  'commands',
  'ghosts',
  'inputs',
] as const;

const HEAD_BYTES = 4;
const PROOF_BYTES = 8;
const TIMING_BYTES = 8;
const DURABLE_BYTES = 2;
const CHANGE_BYTES = 10;
const COMMAND_BYTES = 6;
const ID_BYTES = 4;
const JOINING_BYTES = 4 + 128;
const [PROOF, TIMING, CHANGE, COMMANDS, GHOSTS, DURABLE] = [1, 2, 4, 8, 32, 64] as const;

/** Bytes of each part, in the order of `PART_NAMES`; a WebSocket adds 2 or 4 a message. */
export function partsOf(message: Uint8Array): number[] {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = view.getUint8(1);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const proof = has(PROOF) ? PROOF_BYTES : 0;
  const timing = (has(TIMING) ? TIMING_BYTES : 0) + (has(DURABLE) ? DURABLE_BYTES : 0);
  const changeAt = HEAD_BYTES + proof + timing;
  const change = has(CHANGE) ? changeBytes(view, changeAt) : 0;
  const commandsAt = changeAt + change;
  const commands = has(COMMANDS) ? COMMAND_BYTES + view.getUint32(commandsAt + 2, true) : 0;
  const ghostsAt = commandsAt + commands;
  const ghosts = has(GHOSTS) ? ghostsBytes(view, ghostsAt) : 0;
  const inputs = message.length - ghostsAt - ghosts;
  return [HEAD_BYTES, proof, timing, change, commands, ghosts, inputs];
}

function changeBytes(view: DataView, at: number): number {
  const leaves = view.getUint16(at, true);
  const joining = view.getUint16(at + 6, true);
  const gone = view.getUint16(at + 8, true);
  const ids = (leaves + gone) * ID_BYTES;
  return CHANGE_BYTES + ids + view.getUint32(at + 2, true) + joining * JOINING_BYTES;
}

function ghostsBytes(view: DataView, at: number): number {
  let end = at + 1;
  for (let i = 0; i < view.getUint8(at); i++) end += ghostLength(view.getUint32(end, true));
  return end - at;
}
