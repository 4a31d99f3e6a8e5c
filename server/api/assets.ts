import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file as it is sent. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Null where packing gains little. */
  readonly gzipped: Uint8Array<ArrayBuffer> | null;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
}

/** By path of the address, beginning with a slash. */
export type Assets = ReadonlyMap<string, Asset>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.glb': 'model/gltf-binary',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.ktx2': 'image/ktx2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const PACKED = /^(text\/|application\/(json|wasm|manifest)|image\/svg)/;
const PACKED_BYTES_MIN = 1024;
/** Not referred to by any page; a debugger that wants them has the build folder. */
const UNSERVED = new Set(['.map']);
/** As the bundler names files whose content it hashed: `index-8s3fqk2a.js`. */
const HASHED_NAME = /-[a-z0-9]{8,}\.\w+$/;

const pack = promisify(gzip);

/**
 * Reads the built client once, so that a request touches no disk and can name no file outside.
 * `extra` adds single files by address and wins. A folder that does not exist has no files.
 */
export async function loadAssets(
  folder: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Assets> {
  const paths = new Map<string, string>();
  for (const entry of await listFiles(folder)) {
    if (UNSERVED.has(extname(entry))) continue;
    paths.set(`/${relative(folder, entry).split(sep).join('/')}`, entry);
  }
  for (const [address, path] of Object.entries(extra)) paths.set(address, path);
  const loaded = Array.from(
    paths,
    async ([address, path]) => [address, await loadAsset(address, path)] as const,
  );
  const assets = new Map(await Promise.all(loaded));
  const index = assets.get('/index.html');
  if (index !== undefined) assets.set('/', index);
  return assets;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function loadAsset(address: string, path: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(path));
  const contentType = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
  const packs = PACKED.test(contentType) && body.length >= PACKED_BYTES_MIN;
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return {
    body,
    gzipped: packs ? new Uint8Array(await pack(body, { level: 9 })) : null,
    contentType,
    cacheControl: cacheControlOf(address),
    // Weak: the packed and the plain form share it.
    etag: `W/"${hash}"`,
  };
}

/** The page itself is never kept, so that it always names the files of the running version. */
function cacheControlOf(address: string): string {
  if (address.endsWith('.html')) return 'no-store';
  return HASHED_NAME.test(address) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Answers with the asset, packed where the client can unpack, or 304 when it has it already. */
export function assetResponse(asset: Asset, request: Request): Response {
  const headers: Record<string, string> = {
    'cache-control': asset.cacheControl,
    'content-type': asset.contentType,
    etag: asset.etag,
    vary: 'accept-encoding',
  };
  if (request.headers.get('if-none-match')?.includes(asset.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const unpacks = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  const packed = unpacks ? asset.gzipped : null;
  if (packed !== null) headers['content-encoding'] = 'gzip';
  const body = packed ?? asset.body;
  headers['content-length'] = String(body.length);
  return new Response(body, { headers });
}
