import { randomUUID } from 'node:crypto';
import { odata } from '@azure/data-tables';
import { describe, expect, test } from 'vitest';
import { createFeedVersions } from '../../../../functions/indicator-sync/feeds/feed-versions.store.ts';
import { freshTables } from '../../../builders/storage.ts';

interface State {
  readonly version: number;
}

async function feedVersions() {
  const tables = await freshTables();
  return createFeedVersions<State, { readonly value: string }, { readonly place: string }>(tables('feeds'), randomUUID);
}

const entries = (count: number) => Array.from({ length: count }, (_, i) => ({ value: `v${i}.example` }));

describe('versions of a feed', () => {
  test('a feed that was never read has no state', async () => {
    const versions = await feedVersions();
    expect(await versions.readState('phishing')).toBeUndefined();
    expect(await versions.readStates()).toEqual([]);
  });

  test('a version comes back whole and in order, over several rows', async () => {
    const versions = await feedVersions();
    const contents = entries(9_001);
    expect(
      await versions.write('phishing', { state: { version: 1 }, contents, rejects: [{ place: 'line 3' }] }, undefined),
    ).toBe(true);
    const stored = await versions.readState('phishing');
    expect(stored?.state).toEqual({ version: 1 });
    expect(stored && (await versions.readContents(stored))).toEqual(contents);
    expect(stored && (await versions.readRejects(stored))).toEqual([{ place: 'line 3' }]);
  });

  test('what a write leaves out stays, what it replaces is gone', async () => {
    const versions = await feedVersions();
    await versions.write('phishing', { state: { version: 1 }, contents: entries(3), rejects: [] }, undefined);
    const first = await versions.readState('phishing');
    await versions.write('phishing', { state: { version: 1 }, rejects: [{ place: 'line 9' }] }, first);
    const second = await versions.readState('phishing');
    expect(second && (await versions.readContents(second))).toEqual(entries(3));
    await versions.write('phishing', { state: { version: 2 }, contents: entries(1) }, second);
    const third = await versions.readState('phishing');
    expect(third && (await versions.readContents(third))).toEqual(entries(1));
    await expect(versions.readContents(second!)).rejects.toThrow('0 of 3 entries');
  });

  test('of two writers that read the same state one wins, and the other leaves nothing behind', async () => {
    const versions = await feedVersions();
    await versions.write('phishing', { state: { version: 1 }, contents: entries(2) }, undefined);
    const before = await versions.readState('phishing');
    const won = await Promise.all([
      versions.write('phishing', { state: { version: 2 }, contents: entries(5) }, before),
      versions.write('phishing', { state: { version: 2 }, contents: entries(6) }, before),
    ]);
    expect(won.filter(Boolean)).toHaveLength(1);
    const after = await versions.readState('phishing');
    expect(after && (await versions.readContents(after))).toEqual(entries(won[0] ? 5 : 6));
    expect(await versions.write('phishing', { state: { version: 9 } }, undefined)).toBe(false);
  });

  test('what a crash left of a write goes with a later one; what is being written stays', async () => {
    const table = (await freshTables())('feeds');
    const versions = createFeedVersions<State, { readonly value: string }, { readonly place: string }>(
      table,
      randomUUID,
    );
    const rows = async () => {
      const keys: string[] = [];
      for await (const { rowKey } of table.listEntities({
        queryOptions: { filter: odata`PartitionKey eq 'feed|phishing'` },
      }))
        keys.push(String(rowKey));
      return keys;
    };
    const dying = createFeedVersions<State, { readonly value: string }, never>(
      Object.assign(Object.create(table) as typeof table, { createEntity: () => Promise.reject(new Error('Killed.')) }),
      randomUUID,
    );
    await expect(dying.write('phishing', { state: { version: 1 }, contents: entries(2) }, undefined)).rejects.toThrow();
    await versions.write('phishing', { state: { version: 1 }, contents: entries(3), rejects: [] }, undefined);
    const first = await versions.readState('phishing');
    await versions.write('phishing', { state: { version: 1 }, rejects: [{ place: 'line 9' }] }, first);
    expect(await rows()).toHaveLength(3);

    const second = (await versions.readState('phishing'))!;
    const writtenAt = new Date(Date.parse(second.writtenAt) + 2 * 3_600_000).toISOString();
    await versions.write(
      'phishing',
      { state: { version: 1 }, rejects: [{ place: 'line 8' }] },
      { ...second, writtenAt },
    );
    const third = (await versions.readState('phishing'))!;
    expect(await rows()).toHaveLength(2);
    expect(await versions.readContents(third)).toEqual(entries(3));
    expect(await versions.readRejects(third)).toEqual([{ place: 'line 8' }]);
  });

  test('all states are read at once, and a removed feed is gone', async () => {
    const versions = await feedVersions();
    for (const feedId of ['a', 'b', 'c'])
      await versions.write(feedId, { state: { version: 1 }, contents: entries(2) }, undefined);
    await versions.remove('b');
    await versions.remove('b');
    expect((await versions.readStates()).map((s) => s.feedId)).toEqual(['a', 'c']);
  });
});
