import type { Abi } from './abi.ts';

/** A compiled artifact and its identity. One module serves any number of worlds. */
export interface CoreModule {
  readonly module: WebAssembly.Module;
  /** SHA-256 of the artifact, hex: names it in checkpoints, replays and the handshake. */
  readonly hash: string;
  /** The hash's first 8 bytes, little endian: what the handshake carries. */
  readonly hash64: bigint;
}

/** Compiles the artifact. Works in any engine; throws when the bytes are not WebAssembly. */
export async function compileCore(wasm: Uint8Array<ArrayBuffer>): Promise<CoreModule> {
  const [module, digest] = await Promise.all([
    WebAssembly.compile(wasm),
    crypto.subtle.digest('SHA-256', wasm),
  ]);
  const bytes = new Uint8Array(digest);
  const hash = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { module, hash, hash64: new DataView(digest).getBigUint64(0, true) };
}

/** At once, which a page's main thread may do with an artifact of less than 8 MiB. */
export function instantiateNow(module: CoreModule): Abi {
  return new WebAssembly.Instance(module.module, {}).exports as unknown as Abi;
}

export async function instantiate(module: CoreModule): Promise<Abi> {
  const instance = await WebAssembly.instantiate(module.module, {});
  return instance.exports as unknown as Abi;
}
