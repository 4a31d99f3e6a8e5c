import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalGroup, Store } from '../server/ports.ts';
import { DataFolderBusyError } from './embedded.ts';
import { openStore } from './store.ts';

type Event = { event: string; adopted?: boolean; pid?: number };

/** Each test makes a cluster and some kill it; two cores under load need their time. */
setDefaultTimeout(60_000);

const NOBODY = { players: [] };
const folders: string[] = [];
const stores: Store[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spacetime-embedded-'));
  folders.push(folder);
  return folder;
}

async function open(dataDir: string, events: Event[] = []): Promise<Store> {
  const log = (event: object) => events.push(event as Event);
  const store = await openStore({ databaseUrl: null, dataDir, log });
  stores.push(store);
  return store;
}

function group(frame: number): JournalGroup {
  return {
    firstFrame: frame,
    lastFrame: frame,
    payload: new Uint8Array(20).fill(frame),
    chain: new Uint8Array(32).fill(frame),
  };
}

async function journalledFrames(store: Store): Promise<number[]> {
  const frames: number[] = [];
  for await (const { firstFrame } of store.groups(1, 0)) frames.push(firstFrame);
  return frames;
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

/** A server of its own that appends groups 0, 1, 2 … and prints each once it is committed. */
async function startWriter(dataDir: string): Promise<{ child: ChildProcess; lines: string[] }> {
  const code = `
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))};
    const store = await openStore({ databaseUrl: null, dataDir: process.argv[1], log: () => {} });
    const { lease } = await store.claimRegion(1, 7);
    for (let frame = 0; ; frame++) {
      const payload = new Uint8Array(20).fill(frame);
      const group = { firstFrame: frame, lastFrame: frame, payload,
        chain: new Uint8Array(32).fill(frame) };
      const outcome = await store.appendGroup(lease, group, { players: [] });
      console.log(outcome.kind === 'committed' ? frame : JSON.stringify(outcome));
    }`;
  const child = spawn(process.execPath, ['-e', code, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the writer died')));
    child.stdout?.on('data', (chunk) => {
      lines.push(...String(chunk).trim().split('\n'));
      if (lines.length >= 20) resolve();
    });
  });
  return { child, lines };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test('the Postgres of a killed server is adopted, with every committed group', async () => {
  const dataDir = await newFolder();
  const { child, lines } = await startWriter(dataDir);
  const orphan = await postmasterPid(dataDir);
  await kill(child);
  const events: Event[] = [];
  const store = await open(dataDir, events);
  expect(events[0]).toMatchObject({ event: 'postgres-running', adopted: true, pid: orphan });
  const frames = await journalledFrames(store);
  expect(frames.length).toBeGreaterThanOrEqual(lines.length);
  expect(lines).toEqual(frames.slice(0, lines.length).map(String));
});

test('a committed group survives kill -9 of the server and of Postgres', async () => {
  const dataDir = await newFolder();
  const { child, lines } = await startWriter(dataDir);
  process.kill(await postmasterPid(dataDir), 'SIGKILL');
  await kill(child);
  const events: Event[] = [];
  const store = await open(dataDir, events);
  expect(events[0]).toMatchObject({ event: 'postgres-running', adopted: false });
  const frames = await journalledFrames(store);
  const committed = lines.filter((line) => /^\d+$/.test(line));
  expect(committed).toEqual(frames.slice(0, committed.length).map(String));
});

test('a second server on the same folder refuses and says who is there', async () => {
  const dataDir = await newFolder();
  const { child } = await startWriter(dataDir);
  const refusal = await open(dataDir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DataFolderBusyError);
  expect(String(refusal)).toContain(`server ${child.pid}`);
  expect(child.exitCode).toBeNull();
});

test('of two servers that make the same folder at once, one gets it', async () => {
  const dataDir = await newFolder();
  const results = await Promise.allSettled([open(dataDir), open(dataDir)]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = results.find((result) => result.status === 'rejected');
  expect(refused?.reason).toBeInstanceOf(DataFolderBusyError);
});

test('Postgres comes back by itself and the write that failed can be retried', async () => {
  const dataDir = await newFolder();
  const events: Event[] = [];
  const store = await open(dataDir, events);
  const { lease } = await store.claimRegion(1, 7);
  process.kill(await postmasterPid(dataDir), 'SIGKILL');
  let failures = 0;
  let committed = 0;
  // Backends outlive their postmaster by a moment and may commit meanwhile.
  for (let wasDown = false; !wasDown || failures > 0; ) {
    const outcome = await store.appendGroup(lease, group(committed), NOBODY);
    if (outcome.kind === 'committed') {
      committed++;
      failures = 0;
    } else {
      expect(outcome.kind).toBe('unavailable');
      wasDown = true;
      failures++;
    }
  }
  const frames = await journalledFrames(store);
  expect(frames).toEqual(Array.from({ length: committed }, (_, frame) => frame));
  // The lock may come back a moment after the first write does.
  const last = () => events.at(-1)?.event;
  while (last() !== 'postgres-regained') expect(await store.ping()).toBe(true);
  expect(events.map((each) => each.event)).toContain('postgres-lost');
});

test('closing stops Postgres, and a later start finds what was written', async () => {
  const dataDir = await newFolder();
  const first = await openStore({ databaseUrl: null, dataDir, log: () => {} });
  const account = await first.createGuest('Ada');
  await first.close();
  await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT');
  const again = await open(dataDir);
  expect(await again.account(account.account)).toEqual(account);
});

test('a pid file that names a stranger does not stop the start', async () => {
  const dataDir = await newFolder();
  await (await openStore({ databaseUrl: null, dataDir, log: () => {} })).close();
  const lines = [process.pid, join(dataDir, 'postgres'), 1, 5432, '', '127.0.0.1', '', 'ready'];
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${lines.join('\n')}\n`);
  expect(await (await open(dataDir)).ping()).toBe(true);
});

test('half-made clusters of dead starters are swept away', async () => {
  const dataDir = await newFolder();
  await mkdir(join(dataDir, 'postgres.draft-0123456789ab'));
  await writeFile(join(dataDir, 'postgres.draft-0123456789ab.password'), 'secret');
  await open(dataDir);
  expect(await readdir(dataDir)).toEqual(['postgres']);
});

test('a folder that is no cluster of ours is refused and left alone', async () => {
  const dataDir = await newFolder();
  await mkdir(join(dataDir, 'postgres'));
  await writeFile(join(dataDir, 'postgres', 'precious'), 'text');
  await expect(open(dataDir)).rejects.toThrow('move it away');
  expect(await readdir(dataDir)).toEqual(['postgres']);
  expect(await readdir(join(dataDir, 'postgres'))).toEqual(['precious']);
});
