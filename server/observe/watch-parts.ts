import type { Bus, Clock, Store } from '../ports.ts';
import type { HealthState } from './health.ts';

const PROBE_INTERVAL_MS = 2000;

/** Asks store and bus now and then whether they answer; `/health` shows the newest answer. */
export function watchParts(parts: {
  readonly clock: Clock;
  readonly health: HealthState;
  readonly store: Pick<Store, 'ping'>;
  readonly bus: Pick<Bus, 'ping'>;
}): { stop(): void } {
  const { clock, health, store, bus } = parts;
  let cancel: () => void = () => {};
  let stopped = false;

  const answers = async (probe: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await probe();
    } catch {
      return false;
    }
  };
  const probe = async (): Promise<void> => {
    [health.store, health.bus] = await Promise.all([
      answers(() => store.ping()),
      answers(() => bus.ping()),
    ]);
    if (!stopped) cancel = clock.after(PROBE_INTERVAL_MS, () => void probe());
  };
  void probe();

  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}
