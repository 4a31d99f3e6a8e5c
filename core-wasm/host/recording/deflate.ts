/** No stream unpacks to more than so many times its size (RFC 1951: 258 bytes in 2 bits). */
export const DEFLATE_RATIO_MAX = 1032;

/** The streams of the platform: in a page, in Bun and in Node alike, and none blocks a thread. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Exactly `rawBytes` bytes, or null: it never unpacks more than was announced. */
export async function inflate(packed: Uint8Array, rawBytes: number): Promise<Uint8Array | null> {
  const raw = new Uint8Array(rawBytes);
  const reader = streamOf(packed).pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  let at = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (at + read.value.length > rawBytes) {
        await reader.cancel();
        return null;
      }
      raw.set(read.value, at);
      at += read.value.length;
    }
  } catch {
    return null;
  }
  return at === rawBytes ? raw : null;
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
}
