import type { Fetched } from '../requirements.ts';

/** Where a file that was chosen or dropped waits for the page that plays it. */
const SHELF = 'spacetime.recordings';
const CHOSEN = 'chosen:';
/** A page holds a recording whole. */
const FILE_BYTES_MAX = 1 << 30;

/**
 * Plays a file of the player's own: the page is loaded anew for it, so that no world is played
 * behind a recording. Resolves to what is wrong with it; otherwise the page goes.
 */
export async function playFile(file: File): Promise<string | null> {
  if (file.size > FILE_BYTES_MAX) return `${file.name} is larger than a page can hold.`;
  try {
    await caches.delete(SHELF);
    const shelf = await caches.open(SHELF);
    await shelf.put(shelfUrl(file.name), new Response(file));
  } catch (error) {
    return `The browser does not keep ${file.name} for the page: ${String(error)}`;
  }
  location.search = new URLSearchParams({ replay: `${CHOSEN}${file.name}` }).toString();
  return null;
}

/** Files that are dropped on the page are played. */
export function takeDroppedFiles(target: Window, onRefusal: (why: string) => void): void {
  target.addEventListener('dragover', (event) => event.preventDefault());
  target.addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void playFile(file).then((why) => why !== null && onRefusal(why));
  });
}

/** The recording that `?replay=` names: an address below `base`, or a file that was chosen. */
export async function fetchRecording(name: string, base: URL): Promise<Fetched> {
  let response: Response | undefined;
  try {
    response = name.startsWith(CHOSEN)
      ? await caches.match(shelfUrl(name.slice(CHOSEN.length)))
      : await fetch(new URL(name, base));
  } catch {
    return missing(
      'The recording cannot be fetched',
      'A page may only ask its own server for one.',
    );
  }
  if (response === undefined) {
    return missing('The recording is gone', 'Choose the file again, or drop it on this page.');
  }
  if (!response.ok) {
    return missing('There is no such recording', `The server answered ${response.status}.`);
  }
  return { kind: 'fetched', bytes: new Uint8Array(await response.arrayBuffer()) };
}

function shelfUrl(name: string): string {
  return new URL(`/recordings/${encodeURIComponent(name)}`, location.origin).href;
}

function missing(title: string, advice: string): Fetched {
  return { kind: 'missing', missing: { title, advice } };
}
