import {
  type Herd,
  type HerdCounts,
  type HerdOptions,
  type HerdResult,
  startHerd,
} from './herd.ts';

/** What the thread of a herd is told. */
export type ToWorker =
  | {
      readonly kind: 'start';
      readonly options: HerdOptions;
      readonly wasm: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'measure' }
  | { readonly kind: 'calm' }
  | { readonly kind: 'kill'; readonly count: number }
  | { readonly kind: 'finish' };

/** What it tells. */
export type FromWorker =
  | { readonly kind: 'counts'; readonly counts: HerdCounts }
  | { readonly kind: 'result'; readonly result: HerdResult };

const COUNTS_INTERVAL_MS = 200;

declare const self: Worker;

if (!Bun.isMainThread) {
  let herd: Herd | null = null;
  const tell = (message: FromWorker) => self.postMessage(message);
  self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === 'start') {
      const started = await startHerd(data.options, data.wasm);
      herd = started;
      setInterval(() => tell({ kind: 'counts', counts: started.counts() }), COUNTS_INTERVAL_MS);
    } else if (data.kind === 'measure') {
      herd?.measure();
    } else if (data.kind === 'calm') {
      herd?.calm();
    } else if (data.kind === 'kill') {
      herd?.kill(data.count);
    } else if (herd !== null) {
      tell({ kind: 'result', result: await herd.finish() });
    }
  };
}
