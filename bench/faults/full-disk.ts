import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from '../bench.ts';
import { startPlayedWorld } from './played-world.ts';
import { catchUp, expectAllKept, type FaultOptions, playOn, untilBehind } from './store-faults.ts';

/** A new cluster takes some 45 MB, and its log begins a segment of 16 MB now and then. */
const DISK_MB = 160;
const UNDURABLE_SECONDS = 120;

/** A small file system of its own; null where this process may not make one. */
export function mountSmallDisk(): { readonly folder: string; unmount(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'spacetime-disk-'));
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', folder];
  if (spawnSync('mount', options).status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  return {
    folder,
    unmount() {
      spawnSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The disk of the server's own PostgreSQL is full. Whether that refuses writes or falls over for
 * want of a log segment, the world is played on, and all of it is kept once there is room.
 */
export async function fullDisk(
  { bots, lengthMs }: Omit<FaultOptions, 'database'>,
  disk: { readonly folder: string },
): Promise<Figures> {
  const dataDir = join(disk.folder, 'world');
  const ballast = join(disk.folder, 'ballast');
  mkdirSync(dataDir);
  // Longer than the fault, which is what a store may do and not what a world may owe.
  const env = { SPACETIME_UNDURABLE_SECONDS: String(UNDURABLE_SECONDS) };
  const world = await startPlayedWorld({ databaseUrl: null, dataDir, bots, env });
  try {
    fill(ballast);
    const behind = await untilBehind(world);
    const { lines } = world.server;
    const why = lines.find(({ event, cause }) => event === 'journal-state' && cause !== null);
    assert.ok(why, 'nobody said why the store fails');
    const { framesHz, last } = await playOn(world, behind, lengthMs);
    rmSync(ballast);
    const figures = { framesHz, ...(await catchUp(world, last)) };
    await expectAllKept(world, null, dataDir);
    return figures;
  } finally {
    rmSync(ballast, { force: true });
    await world.end();
    // Also that of a server which had to be killed.
    await stopLeftPostgres(dataDir);
  }
}

async function stopLeftPostgres(dataDir: string): Promise<void> {
  const { startEmbedded } = await import('../../db/embedded.ts');
  const postgres = await startEmbedded(dataDir, () => {});
  await postgres.close();
}

/** Takes what is left of the file system, to the last block. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    const { bsize, bavail } = statfsSync(path);
    const block = new Uint8Array(bsize);
    for (let left = bavail; left > 0; left--) writeSync(file, block);
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
