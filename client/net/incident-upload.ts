/** The server's path for incidents, and the most that it takes, gzipped. */
const PATH = 'incidents';
const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Sends incident files to the server that is played on, one at a time: what comes while one is on
 * its way is dropped, and what cannot be sent is. Nobody waits for it, and no fault of it shows.
 */
export function createIncidentUpload(
  base: URL,
  ticket: () => Promise<string>,
): (file: Uint8Array) => void {
  let isBusy = false;
  async function send(file: Uint8Array): Promise<void> {
    const body = await gzip(file);
    if (body.byteLength > BODY_BYTES_MAX) return;
    await fetch(new URL(PATH, base), {
      method: 'POST',
      headers: { authorization: `Bearer ${await ticket()}`, 'content-type': 'application/gzip' },
      body,
    });
  }
  return (file) => {
    if (isBusy) return;
    isBusy = true;
    send(file)
      .catch(() => {})
      .finally(() => {
        isBusy = false;
      });
  };
}

async function gzip(file: Uint8Array): Promise<ArrayBuffer> {
  const packed = new Blob([new Uint8Array(file)]).stream();
  return new Response(packed.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
