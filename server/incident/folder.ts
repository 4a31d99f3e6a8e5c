import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** So many files, and bytes, at most; the oldest go. */
export interface FolderLimits {
  readonly filesMax: number;
  readonly bytesMax: number;
}

export const FOLDER_LIMITS: FolderLimits = { filesMax: 200, bytesMax: 64 * 1024 * 1024 };

/** Incident files end so; they are gzipped. */
export const INCIDENT_ENDING = '.incident.gz';
const PARTIAL_ENDING = '.partial';

/** Where incidents are kept: a folder that never grows beyond its limits. */
export interface IncidentFolder {
  /** Keeps a file under a name that sorts by time; its path. Rejects when the disk refuses. */
  keep(name: string, bytes: Uint8Array): Promise<string>;
}

/** The folder comes into being with the first file. */
export function openIncidentFolder(path: string, limits = FOLDER_LIMITS): IncidentFolder {
  let last: Promise<unknown> = Promise.resolve();
  async function keep(name: string, bytes: Uint8Array): Promise<string> {
    await mkdir(path, { recursive: true });
    const target = join(path, `${name}${INCIDENT_ENDING}`);
    await writeFile(target + PARTIAL_ENDING, bytes);
    await rename(target + PARTIAL_ENDING, target);
    await removeOldest(path, limits);
    return target;
  }
  return {
    // One after the other, so that each sees what the one before left.
    keep(name, bytes) {
      const mine = last.then(
        () => keep(name, bytes),
        () => keep(name, bytes),
      );
      last = mine.catch(() => {});
      return mine;
    },
  };
}

/** Names begin with the time. What was cut off while it was written goes as well. */
async function removeOldest(path: string, { filesMax, bytesMax }: FolderLimits): Promise<void> {
  const names = await readdir(path);
  for (const name of names.filter((one) => one.endsWith(INCIDENT_ENDING + PARTIAL_ENDING))) {
    await rm(join(path, name), { force: true });
  }
  let [files, bytes] = [0, 0];
  for (const name of names
    .filter((one) => one.endsWith(INCIDENT_ENDING))
    .sort()
    .reverse()) {
    files++;
    bytes += (await stat(join(path, name))).size;
    if (files > filesMax || bytes > bytesMax) await rm(join(path, name), { force: true });
  }
}
