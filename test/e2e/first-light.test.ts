import { expect, test } from 'vitest';
import type { FeedDocument } from '../../shared/contract/feed.ts';
import type { TenantIndicators } from '../../shared/contract/indicator.ts';
import { toDemoFeeds } from '../local/demo-feeds.ts';
import { world } from '../local/demo-world.ts';
import { connectTenants } from '../local/connect-tenants.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import { syncTenant } from '../builders/sync.ts';

const stack = freshStack();

/** Calls to Defender, in order. */
function callsToDefender(tenantId: string): readonly string[] {
  return stack()
    .simulator.control.log.entries({ tenantId, path: '/api/' })
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}

test('two tenants are connected through the API', async () => {
  await connectTenants(stack().api);
  const { value } = await stack().api.expect<{ value: readonly object[] }>('GET', '/api/v1/tenants');
  expect(value).toMatchObject(
    world.tenants.map(({ tenantId, displayName }) => ({ tenantId, displayName, status: 'Connected' })),
  );
});

test.each([
  ['amnesty-pegasus', { read: 1549, accepted: 1438 }],
  ['tweetfeed-month', { read: 12092, accepted: 11771 }],
])('the feed %s is read over HTTP', async (feedId, counts) => {
  const { api, feeds } = stack();
  const feed = toDemoFeeds([]).find((each) => each.feedId === feedId) ?? expect.fail('no such feed');
  await api.expect('PUT', `/api/v1/feeds/${feedId}`, feed.toDocument(feeds.serve(feedId, feed.file)));
  const { version, lastRun } = await api.expect<FeedDocument>('POST', `/api/v1/feeds/${feedId}/refresh`);
  expect({ version, lastRun }).toMatchObject({ version: 1, lastRun: { outcome: 'Accepted', ...counts } });
  const rejected = Object.values(lastRun?.rejected ?? {}).reduce((sum, count) => sum + count, 0);
  expect(rejected).toBe(counts.read - counts.accepted);
});

test.each(world.tenants)('both feeds reach $displayName, in one list and imports of 500', async ({ tenantId }) => {
  const { status, result } = await syncTenant(stack(), tenantId);
  expect({ status, result }).toMatchObject({ status: 'Succeeded', result: { changed: 0, renewed: 0, removed: 0 } });
  const { added = 0, rejected = 0 } = result as Readonly<Record<string, number>>;
  const rows = stack().simulator.control.indicators.list(tenantId);
  const keys = new Set(rows.map(({ indicatorType, indicatorValue }) => `${indicatorType} ${indicatorValue}`));
  expect(rows.length).toBe(added);
  expect(keys.size).toBe(added);
  expect(callsToDefender(tenantId)).toEqual([
    'GET /api/indicators 200',
    ...Array<string>(Math.ceil((added + rejected) / 500)).fill('POST /api/indicators/import 200'),
  ]);
});

test.each(world.tenants)('$displayName can be asked what it holds, and what not', async ({ tenantId }) => {
  const held = stack().simulator.control.indicators.list(tenantId).length;
  const summary = await stack().api.expect<TenantIndicators>('GET', `/api/v1/tenants/${tenantId}/indicators`);
  const { 'amnesty-pegasus': pegasus = 0, 'tweetfeed-month': tweetfeed = 0 } = summary.ours;
  expect(pegasus).toBe(1438);
  // A row in both feeds has two owners.
  expect(pegasus + tweetfeed).toBeGreaterThanOrEqual(held);
  // Four URLs with wildcards and braces in them; and MD5 hashes, which a feed does not select unless told to.
  expect(summary).toMatchObject({ others: 0, leftOut: { defender_refused: 4, over_capacity: 0, held_by_customer: 0 } });
  expect(tweetfeed + summary.leftOut.below_policy + summary.leftOut.defender_refused).toBe(11771);
});

test.each(world.tenants)('a second sync of $displayName sends nothing', async ({ tenantId }) => {
  const before = callsToDefender(tenantId);
  const { status, result } = await syncTenant(stack(), tenantId);
  expect({ status, result }).toMatchObject({
    status: 'Succeeded',
    result: { added: 0, changed: 0, renewed: 0, removed: 0 },
  });
  expect(callsToDefender(tenantId)).toEqual(before);
});

testUserAgent(stack);
