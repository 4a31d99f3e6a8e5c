import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';

/** What interest looks at, refilled by `Core.readMovers`; in entity order. */
export interface MoverColumns {
  count: number;
  /** Grows when needed, never shrinks. */
  ids: Uint32Array;
  /** `BodyRole`. */
  roles: Uint8Array;
  /** 3 a mover, m. */
  positions: Float32Array;
}

const BODY_ID_WORD = 24;
const BODY_ROLE_BYTE = 102;
const GROWTH = 1.5;

export function emptyMovers(): MoverColumns {
  return {
    count: 0,
    ids: new Uint32Array(0),
    roles: new Uint8Array(0),
    positions: new Float32Array(0),
  };
}

export function takeMovers(abi: Abi, memory: Memory, into: MoverColumns): void {
  const count = abi.moverCount();
  if (count > into.ids.length) grow(into, Math.ceil(count * GROWTH));
  into.count = count;
  const { ids, roles, positions } = into;
  const stride = abi.bodyBytes.value as number;
  let at = abi.bodiesAddress.value as number;
  for (let i = 0; i < count; i++, at += stride) {
    const word = at >>> 2;
    ids[i] = memory.u32[word + BODY_ID_WORD] as number;
    roles[i] = memory.bytes[at + BODY_ROLE_BYTE] as number;
    positions[i * 3] = memory.f32[word] as number;
    positions[i * 3 + 1] = memory.f32[word + 1] as number;
    positions[i * 3 + 2] = memory.f32[word + 2] as number;
  }
}

function grow(into: MoverColumns, capacity: number): void {
  into.ids = new Uint32Array(capacity);
  into.roles = new Uint8Array(capacity);
  into.positions = new Float32Array(capacity * 3);
}
