import type { Bus, Clock } from '../ports.ts';
import { createLocalBus } from './bus-local.ts';

export interface BusOptions {
  /** Null: the world has one server and the bus lives in it. */
  readonly redisUrl: string | null;
  readonly clock: Clock;
  /** Hears of every broken or refused connection; calls reject on their own. */
  readonly onFault: (fault: Error) => void;
}

/** Opens the bus that the configuration asks for; does not wait for Redis to answer. */
export async function openBus(options: BusOptions): Promise<Bus> {
  if (options.redisUrl === null) return createLocalBus(options.clock);
  const { createRedisBus } = await import('./bus-redis.ts');
  return createRedisBus(options.redisUrl, options.clock, options.onFault);
}
