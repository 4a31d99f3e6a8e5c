import { type Herd, type HerdOptions, type HerdResult, NO_COUNTS } from './herd.ts';
import type { FromWorker, ToWorker } from './herd-worker.ts';

/** A herd in a thread of its own: for more bots than one core can drive. */
export function startRemoteHerd(options: HerdOptions, wasm: Uint8Array<ArrayBuffer>): Herd {
  const worker = new Worker(new URL('./herd-worker.ts', import.meta.url).href);
  const tell = (message: ToWorker) => worker.postMessage(message);
  let counts = NO_COUNTS;
  const result = new Promise<HerdResult>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'counts') counts = data.counts;
      else resolve(data.result);
    };
    worker.onerror = ({ message }) => reject(new Error(`a thread of bots died: ${message}`));
  });
  // Whoever calls `finish` gets the rejection; until then it is not lost, only early.
  result.catch(() => {});
  tell({ kind: 'start', options, wasm });
  return {
    counts: () => counts,
    measure: () => tell({ kind: 'measure' }),
    calm: () => tell({ kind: 'calm' }),
    kill: (count) => tell({ kind: 'kill', count }),
    async finish() {
      tell({ kind: 'finish' });
      try {
        return await result;
      } finally {
        worker.terminate();
      }
    },
  };
}
