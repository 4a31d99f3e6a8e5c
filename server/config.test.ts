import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { REPLICA_LAG_MAX_MS_DEFAULT, SOCKETS_MAX_DEFAULT } from '../db/postgres-store.ts';
import { CONFIG_NAMES, type Config, readConfig } from './config.ts';
import { editDistance } from './nearest-name.ts';
import { UNDURABLE_SECONDS } from './persist/journal.ts';
import { FRAME_BYTES_PER_SECOND, GHOST_BYTES, INTEREST } from './room/observers.ts';

function configOf(env: Record<string, string>, runtime: 'bun' | 'node' = 'bun'): Config {
  const outcome = readConfig(env, runtime);
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'));
  return outcome.config;
}

function problemsOf(env: Record<string, string>, runtime: 'bun' | 'node' = 'bun'): string[] {
  const outcome = readConfig(env, runtime);
  return outcome.ok ? [] : [...outcome.problems];
}

describe('readConfig', () => {
  test('an empty environment gives the defaults', () => {
    const config = configOf({});
    expect(config.port).toBe(8080);
    expect(config.dataDir).toBe('world-data');
    expect(config.databaseUrl).toBeNull();
    expect(config.database).toEqual({
      socketsMax: SOCKETS_MAX_DEFAULT,
      replicaUrl: null,
      replicaLagMaxMs: REPLICA_LAG_MAX_MS_DEFAULT,
    });
    expect(config.redisUrl).toBeNull();
    expect(config.tls).toBeNull();
    expect(config.tickets.keyPath).toBe('world-data/ticket-key.pem');
    expect(config.limits.softBufferBytes).toBeLessThan(config.limits.hardBufferBytes);
    expect(config.ghostBytes).toBe(GHOST_BYTES);
    expect(config.undurableSeconds).toBe(UNDURABLE_SECONDS);
    expect(config.frameBytesPerSecond).toBe(FRAME_BYTES_PER_SECOND);
    expect(config.interest.nearestPlayers).toBe(INTEREST.nearestPlayers as number);
  });

  test('a replica is one of a database that is named', () => {
    const replica = { DATABASE_REPLICA_URL: 'postgres://b/world' };
    expect(problemsOf(replica)[0]).toContain('without DATABASE_URL');
    const named = configOf({ ...replica, DATABASE_URL: 'postgres://a/world' });
    expect(named.database.replicaUrl).toBe('postgres://b/world');
  });

  test('the transport follows the runtime', () => {
    expect(configOf({}, 'bun').transport).toBe('bun');
    expect(configOf({}, 'node').transport).toBe('uws');
    expect(problemsOf({ SPACETIME_TRANSPORT: 'uws' }, 'bun')[0]).toContain('cannot load into Bun');
    expect(problemsOf({ SPACETIME_TRANSPORT: 'bun' }, 'node')[0]).toContain('this is Node');
  });

  test('set values are read, empty ones count as unset', () => {
    const config = configOf({
      PORT: '0',
      SPACETIME_WORLD_SEED: '4294967295',
      REDIS_URL: '',
      LOG_LEVEL: 'warn',
      SPACETIME_TLS_CERT_PATH: 'a.pem',
      SPACETIME_TLS_KEY_PATH: 'b.pem',
    });
    expect(config.port).toBe(0);
    expect(config.worldSeed).toBe(4294967295);
    expect(config.redisUrl).toBeNull();
    expect(config.logLevel).toBe('warn');
    expect(config.tls).toEqual({ certPath: 'a.pem', keyPath: 'b.pem' });
  });

  test('bytes for ghosts are enough for one, or none', () => {
    expect(configOf({ SPACETIME_GHOST_BYTES: '0' }).ghostBytes).toBe(0);
    expect(configOf({ SPACETIME_GHOST_BYTES: '21' }).ghostBytes).toBe(21);
    expect(problemsOf({ SPACETIME_GHOST_BYTES: '20' })).toEqual([
      'SPACETIME_GHOST_BYTES is 20: not enough for one player; allowed 0, or 21 and more',
    ]);
  });

  test('bytes of frames are enough for the nearest players, or without a limit', () => {
    const given = (bytes: string) => ({ SPACETIME_FRAME_BYTES_PER_SECOND: bytes });
    expect(configOf(given('0')).frameBytesPerSecond).toBe(0);
    expect(configOf(given('2000')).frameBytesPerSecond).toBe(2000);
    expect(problemsOf(given('1999'))).toEqual([
      'SPACETIME_FRAME_BYTES_PER_SECOND is 1999: not enough for the nearest players; allowed 0, ' +
        'or 2000 and more',
    ]);
  });

  test('a bad value names the variable, its problem and the range', () => {
    expect(problemsOf({ PORT: '80a' })).toEqual([
      'PORT is "80a": not a whole number; allowed 0…65535 (default 8080)',
    ]);
    expect(problemsOf({ SPACETIME_PLAYERS_MAX: '9000' })).toEqual([
      'SPACETIME_PLAYERS_MAX is "9000": out of range; allowed 1…4096 (default 256)',
    ]);
    expect(problemsOf({ LOG_LEVEL: 'loud' })[0]).toContain('allowed fatal, error, warn');
  });

  test('all problems are told at once', () => {
    const problems = problemsOf({ PORT: '-1', SPACETIME_PLAYERS_MAX: '0', SPACETIME_FOO: '1' });
    expect(problems).toHaveLength(3);
  });

  test('an address with a password is not repeated', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(problem).toContain('DATABASE_URL');
    expect(problem).not.toContain('hunter2');
  });

  test('an unknown name of ours is an error that names the nearest', () => {
    expect(problemsOf({ SPACETIME_PLAYER_MAX: '5' })).toEqual([
      'SPACETIME_PLAYER_MAX is not a known variable; did you mean SPACETIME_PLAYERS_MAX?',
    ]);
    expect(problemsOf({ SPACTIME_WORLD_SEED: '5' })[0]).toContain('SPACETIME_WORLD_SEED');
    expect(problemsOf({ DATABSE_URL: 'x' })[0]).toContain('DATABASE_URL');
    expect(problemsOf({ LOGLEVEL: 'x' })[0]).toContain('LOG_LEVEL');
  });

  test('names of the machine are left alone', () => {
    expect(problemsOf({ HOME: '/', HOSTNAME: 'x', POST: '1', DATABASE: 'x', PATH: 'x' })).toEqual(
      [],
    );
  });

  test('values that contradict each other are refused', () => {
    const soft = { SPACETIME_SEND_BUFFER_SOFT_BYTES: '8388608' };
    expect(problemsOf(soft)[0]).toContain('SPACETIME_SEND_BUFFER_HARD_BYTES');
    expect(problemsOf({ SPACETIME_TLS_CERT_PATH: 'a.pem' })[0]).toContain('only one is set');
    const renewal = { SPACETIME_TICKET_RENEWAL_SECONDS: '60' };
    expect(problemsOf(renewal)[0]).toContain('SPACETIME_TICKET_TTL_SECONDS');
  });

  test('no text in any variable makes it throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CONFIG_NAMES), fc.string(), (name, value) => {
        const outcome = readConfig({ [name]: value }, 'bun');
        if (!outcome.ok) expect(outcome.problems.join()).toContain(name);
      }),
    );
  });
});

describe('editDistance', () => {
  test('counts single slips as one', () => {
    expect(editDistance('abcd', 'abcd')).toBe(0);
    expect(editDistance('abcd', 'abdc')).toBe(1);
    expect(editDistance('abcd', 'abd')).toBe(1);
    expect(editDistance('abcd', 'abxd')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  test('is symmetric', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
      }),
    );
  });
});
