import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFeedRuns } from '../../../../functions/indicator-sync/feeds/feed-runs.client.ts';
import type { AcceptedItem, FeedState } from '../../../../functions/indicator-sync/feeds/feed-version.ts';
import { createFeedVersions } from '../../../../functions/indicator-sync/feeds/feed-versions.store.ts';
import type { CallbackEvent } from '../../../../shared/contract/callback-event.ts';
import { callbackEventSchema } from '../../../../shared/contract/callback-event.ts';
import { feedInputSchema } from '../../../../shared/contract/feed.ts';
import type { FeedReject } from '../../../../shared/contract/feed.ts';
import { createDocuments } from '../../../../shared/registry/documents.store.ts';
import { freshTables } from '../../../builders/storage.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');

/** A feed of a list whose lines the test sets. */
async function feedOf() {
  const tables = await freshTables();
  const feeds = createDocuments({ tables, kind: 'feed', schema: feedInputSchema, newId: randomUUID });
  const source = { kind: 'List', url: 'https://feeds.example/list.txt', type: 'DomainName' };
  await feeds.change('phishing', () => feedInputSchema.parse({ displayName: 'Phishing', source }));
  const told: CallbackEvent[] = [];
  const lines = { now: [] as readonly string[] };
  const runs = createFeedRuns({
    feeds,
    versions: createFeedVersions<FeedState, AcceptedItem, FeedReject>(tables('feeds'), randomUUID),
    readSource: () =>
      Promise.resolve({
        read: lines.now.length,
        items: lines.now.map((indicatorValue, i) => ({
          ...{ indicatorType: 'DomainName' as const, indicatorValue, place: `line ${i + 1}` },
        })),
        rejects: [],
      }),
    tell: (event) => Promise.resolve(void told.push(event)),
    ownNames: [],
    mostValues: Infinity,
    now: () => nowMs,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const refresh = async (...values: readonly string[]): Promise<void> => {
    lines.now = values.map((value) => `${value}.bad.example`);
    await runs.refresh('phishing');
  };
  return { told, refresh, confirm: (version: number) => runs.confirm('phishing', version) };
}

test('each version that is held is told once, and its end is not', async () => {
  const { told, refresh, confirm } = await feedOf();
  await refresh('a', 'b', 'c', 'd');
  expect(told).toEqual([]);
  await refresh('a');
  await refresh('a');
  const held = { type: 'indicators.held', timestamp: '2026-11-20T10:00:00Z' };
  expect(told).toEqual([{ ...held, data: { feedId: 'phishing', version: 2, wouldRemove: 3, of: 4 } }]);
  expect(callbackEventSchema.parse(told[0])).toEqual(told[0]);
  await refresh('a', 'e');
  expect(told.slice(1)).toEqual([{ ...held, data: { feedId: 'phishing', version: 3, wouldRemove: 3, of: 4 } }]);
  await confirm(3);
  await refresh('a', 'e');
  expect(told).toHaveLength(2);
});
