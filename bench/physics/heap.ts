import { SNAPSHOT_SLOTS } from './engine.ts';

/** The memory of the WebAssembly module that `load` instantiates and keeps to itself. */
export async function memoryOf(load: () => Promise<unknown>): Promise<WebAssembly.Memory> {
  const instantiate = WebAssembly.instantiate;
  let memory: WebAssembly.Memory | null = null;
  const watched = async (
    source: BufferSource | WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => {
    const made = await instantiate(source as WebAssembly.Module, imports);
    const instance =
      'instance' in made ? (made as { instance: WebAssembly.Instance }).instance : made;
    for (const value of Object.values((instance as WebAssembly.Instance).exports)) {
      if (value instanceof WebAssembly.Memory) memory = value;
    }
    return made;
  };
  WebAssembly.instantiate = watched as typeof WebAssembly.instantiate;
  try {
    await load();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  if (memory === null) throw new Error('the engine exports no memory');
  return memory;
}

/**
 * Copies of a whole heap: for the peers that have no snapshot, or a slower one, the fastest way
 * back. Their objects on this side are only handles into it.
 */
export class HeapCopies {
  private readonly memory: WebAssembly.Memory;
  private readonly slots: Uint8Array[] = Array.from(
    { length: SNAPSHOT_SLOTS },
    () => new Uint8Array(),
  );

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  save(slot: number): void {
    const heap = new Uint8Array(this.memory.buffer);
    const copy = this.slots[slot] as Uint8Array;
    if (copy.length === heap.length) copy.set(heap);
    else this.slots[slot] = heap.slice();
  }

  load(slot: number): void {
    new Uint8Array(this.memory.buffer).set(this.slots[slot] as Uint8Array);
  }
}
