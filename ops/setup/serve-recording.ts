import { existsSync } from 'node:fs';
import { assetResponse, loadAssets } from '../../server/api/assets.ts';
import { SECURITY_HEADERS } from '../../server/api/security-headers.ts';
import { ROOT } from './shell.ts';

/** A page that plays one recording, for as long as this process lives. */
export interface ServedRecording {
  readonly url: URL;
  stop(): Promise<void>;
}

/** Serves the built client and the recording beside it, to this machine alone. */
export async function serveRecording(path: string, port = 0): Promise<ServedRecording> {
  const assets = await loadAssets(`${ROOT}/build/client`);
  const name = path.split(/[\\/]/).at(-1) ?? 'recording.strec';
  const address = `/recordings/${encodeURIComponent(name)}`;
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url);
      const asset = assets.get(pathname);
      const isFile = pathname === address && existsSync(path);
      const file = isFile ? new Response(Bun.file(path)) : new Response('', { status: 404 });
      const response = asset === undefined ? file : assetResponse(asset, request);
      for (const [header, value] of Object.entries(SECURITY_HEADERS)) {
        response.headers.set(header, value);
      }
      return response;
    },
  });
  const query = new URLSearchParams({ replay: address.slice(1) });
  return {
    url: new URL(`http://localhost:${server.port}/?${query}`),
    stop: () => server.stop(true),
  };
}
