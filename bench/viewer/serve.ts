import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

/** The page and the built core on a port of this machine alone; 0 takes a free one. */
export async function serveViewer(port: number): Promise<ReturnType<typeof Bun.serve>> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, 'index.html')],
    target: 'browser',
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map(String).join('\n'));
  const files = new Map<string, Blob>(
    built.outputs.map((output) => [output.path.replace(/^\.?\/?/, '/'), output]),
  );
  files.set('/core.wasm', Bun.file(join(ROOT, 'build/core.wasm')));
  return Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch({ url }) {
      const { pathname } = new URL(url);
      const file = files.get(pathname === '/' ? '/index.html' : pathname);
      return file === undefined ? new Response('not found', { status: 404 }) : new Response(file);
    },
  });
}
