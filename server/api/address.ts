import type { HttpPeer } from '../net/transport.ts';

const FORWARDED_LENGTH_MAX = 64;

/**
 * Whom to hold responsible for a request: a key for rate limits, or null for this machine itself.
 * A connection from this machine is an operator's tool or a reverse proxy; a proxy has put the
 * address it saw at the end of X-Forwarded-For. From anywhere else that header is hearsay.
 */
export function senderOf(request: Request, peer: HttpPeer): string | null {
  const sender = addressKey(peer.address);
  if (!isLoopback(sender)) return sender;
  const forwarded = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim();
  if (forwarded === undefined || forwarded === '') return null;
  return addressKey(forwarded.slice(0, FORWARDED_LENGTH_MAX));
}

/**
 * An IPv4 address as it is, an IPv6 address as its /64: that is what one household or one rented
 * server holds, and it could otherwise come from 2^64 addresses.
 */
export function addressKey(address: string): string {
  const dotted = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted?.[1] !== undefined) return dotted[1];
  const groups = ipv6Groups(address);
  if (groups === null) return address;
  const [, , , , , mark = 0, high = 0, low = 0] = groups;
  if (groups.slice(0, 5).every((group) => group === 0)) {
    if (mark === 0xffff) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
    if (mark === 0 && high === 0 && low === 1) return LOOPBACK_IPV6;
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

const LOOPBACK_IPV6 = '::1';

function isLoopback(key: string): boolean {
  return key.startsWith('127.') || key === LOOPBACK_IPV6 || key === 'memory';
}

/** The eight groups, however many zeros the text left out; null when it is no IPv6 address. */
function ipv6Groups(address: string): number[] | null {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (missing < 0 || (tail === undefined && missing !== 0)) return null;
  const texts = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!texts.every((text) => /^[0-9a-f]{1,4}$/i.test(text))) return null;
  return texts.map((text) => Number.parseInt(text, 16));
}
