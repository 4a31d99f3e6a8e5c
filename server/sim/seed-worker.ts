import { loadCoreModule } from '../artifacts.ts';
import { runShare, type Share } from './run-seeds.ts';
import type { SimulationReport } from './simulation.ts';

export type ToWorker = Share;
export type FromWorker = SimulationReport | 'done';

declare const self: Worker;

if (!Bun.isMainThread) {
  const tell = (message: FromWorker) => self.postMessage(message);
  self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    await runShare(await loadCoreModule(), data, tell);
    tell('done');
  };
}
