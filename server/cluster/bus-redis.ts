import { Redis } from 'ioredis';
import { z } from 'zod';
import type { Bus, Clock, ResumableSession } from '../ports.ts';
import { epochFloor } from './bus-local.ts';

const KEY_PREFIX = 'spacetime:';
/** A call gives up after this long; the caller treats the rejection as an operating fault. */
const COMMAND_TIMEOUT_MS = 1000;
/** How often a call is sent again when the connection broke under it. */
const RETRIES_PER_COMMAND = 2;
const RECONNECT_DELAY_MS_MIN = 50;
const RECONNECT_DELAY_MS_MAX = 2000;

const Session = z.object({ account: z.int(), entity: z.int(), epoch: z.int() });

/**
 * Raises the counter to the floor, then by one. A script, because two servers may do it at once;
 * sent again after a broken connection it skips an epoch, which is harmless.
 */
const NEXT_EPOCH = `
local epoch = redis.call('INCR', KEYS[1])
local floor = tonumber(ARGV[1])
if epoch < floor then
  redis.call('SET', KEYS[1], ARGV[1])
  return floor
end
return epoch`;

/**
 * The bus of a world with many servers, on Redis 6 or newer. Connects by itself and for ever; while
 * Redis is away every call rejects within seconds and `onFault` hears why.
 */
export function createRedisBus(
  redisUrl: string,
  clock: Clock,
  onFault: (fault: Error) => void,
): Bus {
  const redis = new Redis(redisUrl, {
    keyPrefix: KEY_PREFIX,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: RETRIES_PER_COMMAND,
    retryStrategy: (attempt) =>
      Math.min(RECONNECT_DELAY_MS_MIN * 2 ** Math.min(attempt, 10), RECONNECT_DELAY_MS_MAX),
  });
  // Without a listener ioredis prints every failed attempt to connect.
  redis.on('error', onFault);

  return {
    async revokeTicket(ticketId, ttlSeconds) {
      await redis.set(`revoked:${ticketId}`, '1', 'PX', lifetimeMs(ttlSeconds));
    },
    isRevoked: async (ticketId) => (await redis.exists(`revoked:${ticketId}`)) === 1,
    async nextEpoch(account) {
      return Number(await redis.eval(NEXT_EPOCH, 1, `epoch:${account}`, epochFloor(clock)));
    },
    async saveSession(session, ttlSeconds) {
      const text = JSON.stringify(session);
      await redis.set(`session:${session.account}`, text, 'PX', lifetimeMs(ttlSeconds));
    },
    session: async (account) => readSession(await redis.get(`session:${account}`)),
    ping: () =>
      redis.ping().then(
        (answer) => answer === 'PONG',
        () => false,
      ),
    async close() {
      redis.disconnect();
    },
  };
}

/** Redis refuses a lifetime of zero. */
function lifetimeMs(ttlSeconds: number): number {
  return Math.max(1, Math.round(ttlSeconds * 1000));
}

/** What another version of the server wrote counts as absent: the player enters anew. */
function readSession(text: string | null): ResumableSession | null {
  if (text === null) return null;
  try {
    return Session.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
