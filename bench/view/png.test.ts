import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { readPng, shrinkPng, writePng } from './png.ts';

const pictures = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) => {
    const length = width * height * 3;
    const bytes = fc.uint8Array({ minLength: length, maxLength: length });
    return fc.record({ width: fc.constant(width), height: fc.constant(height), bytes });
  });

test('what is written is read again, whatever filters its lines took', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      expect(readPng(writePng(picture))).toEqual(picture);
    }),
  );
});

test('a shrunk picture differs by one at most', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      const { bytes } = readPng(shrinkPng(writePng(picture)));
      for (const [i, byte] of bytes.entries()) {
        expect(Math.abs(byte - (picture.bytes[i] as number))).toBeLessThanOrEqual(1);
      }
    }),
  );
});
