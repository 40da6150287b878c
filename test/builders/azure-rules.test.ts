import { expect, test } from 'vitest';
import { freshTables } from './storage.ts';

const keys = { partitionKey: 'a', rowKey: 'b' };

test('tables of tests refuse what Azure refuses and Azurite takes', async () => {
  const table = (await freshTables())('work');
  for (const entity of [
    { ...keys, rowKey: 'a/b' },
    { ...keys, rowKey: 'a#b' },
    { ...keys, rowKey: 'x'.repeat(513) },
    { ...keys, 'a.b': 1 },
    { ...keys, atMs: 1_763_632_800_000 },
    { ...keys, text: 'x'.repeat(33_000) },
    { ...keys, bytes: new Uint8Array(66_000) },
    { ...keys, ...Object.fromEntries(Array.from({ length: 253 }, (_, i) => [`p${i}`, 1])) },
  ]) {
    expect(() => table.createEntity(entity)).toThrow('Azure Tables does not take');
  }
  const row = (i: number) => ['create', { ...keys, rowKey: String(i) }] as ['create', typeof keys];
  expect(() => table.submitTransaction(Array.from({ length: 101 }, (_, i) => row(i)))).toThrow('101 actions');
  expect(() => table.submitTransaction([row(1), row(1)])).toThrow('a row twice');
  const filter = Array.from({ length: 16 }, (_, i) => `p${i} eq 'it''s eq'`).join(' or ');
  expect(() => table.listEntities({ queryOptions: { filter } })).toThrow('16 comparisons');
  await table.submitTransaction([row(1), row(2)]);
});
