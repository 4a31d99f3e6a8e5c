import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { FULL_BOTS_PER_THREAD, planHerds } from './plan.ts';

test('every bot is in one thread, full ones in front and in threads of their own', () => {
  const count = fc.integer({ min: 1, max: 4000 });
  const verify = fc.integer({ min: 0, max: 300 });
  const threads = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(count, verify, threads, (players, full, workers) => {
      const plans = planHerds({
        url: 'ws://127.0.0.1:1',
        mode: 'spread',
        spreadM: 0,
        players,
        seconds: 1,
        verify: full,
        headsets: 0,
        workers,
        joinsPerSecond: 50,
        returning: false,
        staySeconds: 0,
        kill: 0,
      });
      let next = 0;
      for (const plan of plans) {
        expect(plan.first).toBe(next);
        next += plan.count;
        const fullUpTo = Math.min(full, players);
        if (next <= fullUpTo) expect(plan.kind).toBe('full');
        else if (plan.first > fullUpTo || players - fullUpTo < 100) expect(plan.kind).toBe('light');
        else expect([plan.kind, plan.count]).toEqual(['witness', 48]);
        if (plan.kind === 'full') expect(plan.count).toBeLessThanOrEqual(FULL_BOTS_PER_THREAD);
      }
      expect(next).toBe(players);
      expect(plans.filter(({ kind }) => kind === 'light').length).toBeLessThanOrEqual(workers);
      const joins = plans.reduce((sum, { joinsPerSecond }) => sum + joinsPerSecond, 0);
      expect(joins).toBeCloseTo(50);
    }),
  );
});
