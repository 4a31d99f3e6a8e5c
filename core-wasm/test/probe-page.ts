import { traceArtifact } from './trace.ts';

/** The same in a page: leaves the trace, or what went wrong, where the test looks for it. */
declare global {
  interface Window {
    trace: Promise<unknown>;
  }
}

window.trace = fetch('/core.wasm')
  .then((response) => response.arrayBuffer())
  .then((bytes) => traceArtifact(new Uint8Array(bytes)));
