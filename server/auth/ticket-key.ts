import { createPrivateKey, createPublicKey } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { importPKCS8, importSPKI } from 'jose';
import type { Entropy } from '../ports.ts';

export const TICKET_ALGORITHM = 'EdDSA';

export interface TicketKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** RFC 8410: what stands before the 32 secret bytes of an Ed25519 key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SECRET_BYTES = 32;
const OWNER_ONLY_MODE = 0o600;
const OTHERS_MODE = 0o077;

/**
 * Reads the signing key, or makes one when the file does not exist, so that tickets outlive a
 * restart. Throws when the file holds no Ed25519 key or somebody else may read it.
 */
export async function openTicketKey(path: string, entropy: Entropy): Promise<TicketKey> {
  const pem = (await readKeyFile(path)) ?? (await createKeyFile(path, entropy));
  try {
    const publicPem = createPublicKey(createPrivateKey(pem)).export({
      type: 'spki',
      format: 'pem',
    });
    return {
      privateKey: await importPKCS8(pem, TICKET_ALGORITHM),
      publicKey: await importSPKI(publicPem.toString(), TICKET_ALGORITHM),
    };
  } catch (cause) {
    const fix = 'remove the file to get a new one: every ticket then becomes invalid';
    throw new Error(`${path} holds no Ed25519 key in PKCS #8; ${fix}`, { cause });
  }
}

async function readKeyFile(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS_MODE) !== 0) {
      throw new Error(`others may read the signing key ${path}: run chmod 600 on it`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** The file appears whole or not at all; of two servers that start together one wins. */
async function createKeyFile(path: string, entropy: Entropy): Promise<string> {
  const der = Buffer.concat([PKCS8_PREFIX, entropy.bytes(SECRET_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const draft = `${path}.${Buffer.from(entropy.bytes(6)).toString('hex')}`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(draft, 'wx', OWNER_ONLY_MODE);
  try {
    await file.writeFile(pem);
    await file.sync();
    await link(draft, path);
    return pem;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return await readFile(path, 'utf8');
    throw error;
  } finally {
    await file.close();
    await rm(draft);
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
