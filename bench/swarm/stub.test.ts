import { beforeAll, expect, test } from 'bun:test';
import { artifactPath } from '../../server/artifacts.ts';
import { type StubFaults, startStub } from './stub-server.ts';
import { runSwarm, type SwarmOptions, type SwarmOutcome } from './swarm.ts';

/** What the load tester says of servers that do what a real one must not. */
const TIMEOUT_MS = 30_000;
let wasm: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  wasm = await Bun.file(artifactPath('core.wasm')).bytes();
});

/** On a busy machine the stub itself may falter; what it is told to do wrong is told apart. */
function butPace(failures: readonly string[]): string[] {
  return failures.filter((failure) => !failure.startsWith('20 Hz'));
}

async function runAgainst(
  faults: StubFaults,
  change: Partial<SwarmOptions> = {},
): Promise<SwarmOutcome> {
  const stub = await startStub(wasm, faults);
  try {
    return await runSwarm({
      url: `ws://127.0.0.1:${stub.port}`,
      mode: 'spread',
      spreadM: 0,
      players: 20,
      seconds: 2,
      verify: 0,
      headsets: 0.5,
      workers: 1,
      joinsPerSecond: 200,
      warmUpMs: 300,
      settleMaxMs: 500,
      returning: false,
      staySeconds: 0,
      kill: 0,
      wasm,
      ...change,
    });
  } finally {
    await stub.stop();
  }
}

test(
  'a steady server gets no complaint, and is counted right',
  async () => {
    const { report, failures } = await runAgainst({});
    expect(butPace(failures)).toEqual([]);
    expect(report).toMatchObject({ joined: 20, alive: 20, acked: 20, joinsByServer: 20 });
    expect(report).toMatchObject({ linksTooMany: 0, playersTooMany: 0, desyncs: null });
    expect(report.frameHz).toBeGreaterThan(18.5);
    expect(report.frameHzLeast).toBeLessThanOrEqual(report.frameHz as number);
    expect(report.inputHz).toBeGreaterThan(17);
    expect(report.loadCpu).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test(
  'too few frames a second fail the run, though everybody stays',
  async () => {
    const { report, failures } = await runAgainst({ frameHz: 18 });
    expect(report).toMatchObject({ alive: 20 });
    expect(failures.join()).toContain('20 Hz were not held');
  },
  TIMEOUT_MS,
);

test(
  'a frame that is left out is noticed by every bot',
  async () => {
    const { failures } = await runAgainst({ losesEvery: 20 });
    expect(failures.join()).toMatch(/only \d of 20 bots (stayed|joined)/);
    expect(failures.join()).toContain('another frame came');
  },
  TIMEOUT_MS,
);

test(
  'players that the server counts and nobody is fail the run',
  async () => {
    const { failures } = await runAgainst({ ghosts: 3 });
    expect(butPace(failures)).toEqual(['the server counts 3 players more than bots']);
  },
  TIMEOUT_MS,
);

test(
  'in churn everybody leaves and comes back, and each way is counted on both sides',
  async () => {
    const { report, failures } = await runAgainst(
      {},
      { mode: 'churn', staySeconds: 1, seconds: 6, settleMaxMs: 5_000 },
    );
    expect(butPace(failures)).toEqual([]);
    expect(report.leaves).toBeGreaterThan(20);
    expect(report).toMatchObject({ alive: 20, joinsAsked: 20 + report.leaves });
    expect(report.joinsByServer).toBe(report.joinsAsked);
    expect(report.leavesByServer).toBe(report.leaves);
  },
  TIMEOUT_MS,
);
