import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packJson, unpackJson } from '../../shared/packed-json.ts';

describe('packed JSON', () => {
  test('reads back whatever JSON it packed', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => JSON.stringify(unpackJson('v', packJson('v', value))) === JSON.stringify(value),
      ),
    );
  });

  test('cuts what does not compress into properties of less than 64 KiB', () => {
    const value = randomBytes(200_000).toString('base64');
    const packed = packJson('v', value);
    expect(Object.keys(packed).length).toBeGreaterThan(3);
    for (const piece of Object.values(packed)) expect(piece.length).toBeLessThan(64 * 1024);
    expect(unpackJson('v', packed)).toBe(value);
  });

  test('a row without the value gives undefined, a damaged one throws', () => {
    expect(unpackJson('v', { other: 1 })).toBeUndefined();
    expect(() => unpackJson('v', { v0: new Uint8Array([1, 2, 3]) })).toThrow();
  });
});
