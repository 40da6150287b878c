import { expect, test } from 'vitest';
import { mostValuesIn, mostValuesOfDocument } from '../../../../functions/indicator-sync/feeds/most-values.ts';

const mebibyte = 1024 * 1024;

test.each([
  ['an instance of 512 MB holds large public feeds beside each other', 268, 175_000],
  ['one of 2 GB holds what a document may have, several times over', 1_072, 2 * mostValuesOfDocument],
])('%s', (_, heapMebibytes, atLeast) => {
  expect(mostValuesIn(heapMebibytes * mebibyte)).toBeGreaterThanOrEqual(atLeast);
});

test('never more than was measured: 200,000 in a heap of 268 MiB', () => {
  expect(mostValuesIn(268 * mebibyte)).toBeLessThan(200_000);
});
