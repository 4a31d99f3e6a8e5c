import { type Cheat, endingOf, harmlessIf, join } from './stage.ts';

/** The server's limits, with some patience: 15 s of silence, 30 s of a full buffer. */
const HEARTBEAT_MS = 20_000;
const STALL_MS = 45_000;

/** Who neither speaks nor reads as a player does. */
export const SLOW_CHEATS: readonly Cheat[] = [
  {
    name: 'silent after hello',
    expected: 'closed 4005',
    run: async (stage) => endingOf(await join(stage), HEARTBEAT_MS),
  },
  {
    name: 'half-open',
    expected: 'closed 4005',
    async run(stage) {
      const intruder = await join(stage);
      intruder.pause();
      // A dead peer hears nothing; what the server said to it meanwhile is read afterwards.
      await Bun.sleep(HEARTBEAT_MS);
      intruder.resume();
      return endingOf(intruder, 5_000);
    },
  },
  {
    // Whether it comes to the cut is up to the kernels: they hold megabytes first.
    name: 'reads nothing, asks for more',
    expected: ['cut', 'harmless'],
    async run(stage) {
      const intruder = await join(stage);
      intruder.pause();
      const repair = { frame: 1, proof: 1n, hashes: new Uint32Array(0) };
      const timer = setInterval(() => intruder.send(stage.codec.encodeRepair(repair)), 1_000);
      await Promise.race([intruder.ended, Bun.sleep(STALL_MS)]);
      clearInterval(timer);
      if (!intruder.isOpen) return intruder.ended;
      intruder.resume();
      return harmlessIf(stage, intruder, () => null);
    },
  },
];
