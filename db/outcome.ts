import type { StoreOutcome } from '../server/ports.ts';
import { rootCause } from './connect.ts';

/** What `write` throws becomes a value. */
export async function asOutcome(write: () => Promise<StoreOutcome>): Promise<StoreOutcome> {
  try {
    return await write();
  } catch (error) {
    const cause = rootCause(error);
    return { kind: 'unavailable', cause: cause instanceof Error ? cause.message : `${cause}` };
  }
}
