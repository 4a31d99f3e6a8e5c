import type { Abi } from './abi.ts';

/**
 * Views over the instance's memory. They never detach, because the memory never grows. Addresses
 * are read once; indices below are in elements of the view.
 */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  /** First word of FIELDS. */
  readonly field: number;
  readonly inbox: number;
  readonly inboxBytes: number;
  readonly outbox: number;
  readonly letter: number;
  readonly frame: number;
  readonly frameBytesMax: number;
  readonly staging: number;
  readonly stagingBytes: number;
}

export function openMemory(abi: Abi): Memory {
  const buffer = abi.memory.buffer;
  return {
    bytes: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    field: abi.fieldsAddress.value >>> 2,
    inbox: abi.inboxAddress.value,
    inboxBytes: abi.inboxBytes.value,
    letter: abi.letterAddress.value,
    outbox: abi.outboxAddress.value,
    frame: abi.frameAddress.value,
    frameBytesMax: abi.frameBytesMax.value,
    staging: abi.stagingAddress.value,
    stagingBytes: abi.stagingBytes.value,
  };
}

/** An own copy of the frame that the core built. */
export function takeFrame(memory: Memory, length: number): Uint8Array {
  return memory.bytes.slice(memory.outbox, memory.outbox + length);
}

/** An own copy of the entry or message head that the core wrote. */
export function takeLetter(memory: Memory, length: number): Uint8Array {
  return memory.bytes.slice(memory.letter, memory.letter + length);
}

/** Low word first. */
export function putU64(memory: Memory, word: number, value: bigint): void {
  memory.u32[memory.field + word] = Number(value & 0xffffffffn);
  memory.u32[memory.field + word + 1] = Number((value >> 32n) & 0xffffffffn);
}

export function getU64(memory: Memory, word: number): bigint {
  const low = memory.u32[memory.field + word] as number;
  const high = memory.u32[memory.field + word + 1] as number;
  return (BigInt(high) << 32n) | BigInt(low);
}
