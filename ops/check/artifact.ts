import type { Finding } from './source.ts';

const PAGE_BYTES = 65536;
const MEMORY_SECTION = 5;

interface Limits {
  readonly initialPages: number;
  /** Null when the memory may grow without bound. */
  readonly maximumPages: number | null;
}

/**
 * The release artifact asks the host for nothing and its memory never moves:
 * an import would let the host into the step, and growth detaches every view.
 */
export function artifact(path: string, wasm: Uint8Array<ArrayBuffer>): Finding[] {
  const finding = { path, line: 0, rule: 'artifact' };
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  const findings: Finding[] = imported.map(({ module, name }) => ({
    ...finding,
    message: `imports ${module}.${name}: the core imports nothing`,
  }));
  const limits = memoryLimits(wasm);
  if (limits === null) findings.push({ ...finding, message: 'has no memory of its own' });
  else if (limits.maximumPages !== limits.initialPages) {
    const maximum = limits.maximumPages === null ? 'unbounded' : limits.maximumPages * PAGE_BYTES;
    findings.push({
      ...finding,
      message: `memory may grow from ${limits.initialPages * PAGE_BYTES} to ${maximum} bytes`,
    });
  }
  return findings;
}

/** Limits of the first memory in the memory section (WebAssembly core specification, 5.5.8). */
function memoryLimits(wasm: Uint8Array): Limits | null {
  let at = 8;
  const readU32 = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = wasm[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) break;
    }
    return value;
  };
  while (at < wasm.length) {
    const section = wasm[at++];
    const size = readU32();
    const next = at + size;
    if (section === MEMORY_SECTION && readU32() > 0) {
      const hasMaximum = (readU32() & 1) === 1;
      const initialPages = readU32();
      return { initialPages, maximumPages: hasMaximum ? readU32() : null };
    }
    at = next;
  }
  return null;
}
