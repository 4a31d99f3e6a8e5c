import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { GENESIS_CHAIN, nextChain, packFrames, unpackFrames } from './chain.ts';

const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });

test('what is packed unpacks to the same frames', () => {
  fc.assert(
    fc.property(frames, (written) => {
      const unpacked = unpackFrames(packFrames(written));
      expect(unpacked).toEqual({ kind: 'frames', frames: written });
    }),
  );
});

test('a payload cut anywhere is torn, or holds only the first frames, whole', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (written, seed) => {
      const payload = packFrames(written);
      if (payload.length === 0) return;
      const cut = unpackFrames(payload.subarray(0, seed % payload.length));
      if (cut.kind === 'torn') return;
      expect(cut.frames.length).toBeLessThan(written.length);
      expect([...cut.frames]).toEqual(written.slice(0, cut.frames.length));
    }),
  );
});

test('a length that points beyond the payload is torn where its frame begins', () => {
  const payload = packFrames([new Uint8Array(3), new Uint8Array(5)]);
  payload[7] = 0xff;
  expect(unpackFrames(payload)).toEqual({ kind: 'torn', offset: 7 });
});

test('the chain value is SHA-256 over the one before and the payload', () => {
  const value = nextChain(GENESIS_CHAIN, new TextEncoder().encode('frames'));
  const joined = new Uint8Array([...GENESIS_CHAIN, ...new TextEncoder().encode('frames')]);
  expect(Buffer.from(value).toString('hex')).toBe(
    new Bun.CryptoHasher('sha256').update(joined).digest('hex'),
  );
  expect(nextChain(value, new Uint8Array(0))).not.toEqual(value);
});
