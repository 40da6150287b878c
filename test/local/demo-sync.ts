import type { Api } from './api.ts';
import type { DemoFeed } from './demo-feeds.ts';
import { say, seconds } from './demo-screen.ts';
import { world } from './demo-world.ts';
import type { FeedServer } from './feed-server.ts';

interface FeedAnswer {
  readonly version: number;
  readonly lastRun?: {
    readonly outcome: string;
    readonly read: number;
    readonly accepted: number;
    readonly rejected: Record<string, number>;
  };
}

interface OperationAnswer {
  readonly id: string;
  readonly status: string;
  readonly stage?: string;
  readonly nextAttemptAt?: string;
  readonly result?: Record<string, number>;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Chapter: feeds become indicators in both tenants; the second sync has nothing to send. */
export async function showIndicatorSync(
  api: Api,
  { feeds, feedServer, simulatorOrigin }: ChapterOptions,
): Promise<void> {
  for (const feed of feeds) await showFeed(api, feed, feedServer);
  for (const round of ['First sync', 'Second sync: nothing changed, nothing is sent']) {
    say(`\n${round}`);
    for (const tenant of world.tenants) await showSync(api, simulatorOrigin, tenant);
  }
}

interface ChapterOptions {
  readonly feeds: readonly DemoFeed[];
  readonly feedServer: FeedServer;
  readonly simulatorOrigin: string;
}

async function showFeed(api: Api, feed: DemoFeed, server: FeedServer): Promise<void> {
  const url = feed.file ? server.serve(feed.feedId, feed.file) : feed.url;
  await api.expect('PUT', `/api/v1/feeds/${feed.feedId}`, feed.toDocument(url));
  const started = performance.now();
  const { lastRun, version } = await api.expect<FeedAnswer>('POST', `/api/v1/feeds/${feed.feedId}/refresh`);
  say(`\nFeed ${feed.feedId}, version ${version}, read in ${seconds(started)}`);
  say(`  read ${lastRun?.read}   accepted ${lastRun?.accepted}`);
  for (const [code, count] of Object.entries(lastRun?.rejected ?? {})) say(`  rejected ${code}: ${count}`);
}

async function showSync(
  api: Api,
  simulatorOrigin: string,
  tenant: { readonly tenantId: string; readonly displayName: string },
): Promise<void> {
  const before = (await readLog(simulatorOrigin, 'limit=1')).entries.at(-1)?.number ?? 0;
  const started = performance.now();
  const base = `/api/v1/tenants/${tenant.tenantId}`;
  say(`  ${tenant.displayName}: syncing …`);
  let operation = await api.expect<OperationAnswer>('POST', `${base}/indicators/sync`);
  let shown = '';
  while (operation.status === 'NotStarted' || operation.status === 'Running') {
    const line = `  ${tenant.displayName}: ${operation.stage ?? operation.status}, added ${operation.result?.['added'] ?? 0} so far`;
    if (line !== shown) say((shown = line));
    await new Promise((resolve) => setTimeout(resolve, 500));
    operation = await api.expect<OperationAnswer>('GET', `${base}/operations/${operation.id}`);
  }
  // What timers do meanwhile, about the actions of the chapter before, is not of the sync.
  const ofSync = `tenantId=${tenant.tenantId}&path=/api/indicators&after=${before}`;
  const { counts } = await readLog(simulatorOrigin, ofSync);
  const { added = 0, changed = 0, renewed = 0, removed = 0, rejected = 0, cut = 0 } = operation.result ?? {};
  say(
    `  ${tenant.displayName}: ${operation.status}${operation.error ? ` (${operation.error.code}: ${operation.error.message})` : ''}; ` +
      `added ${added}, changed ${changed}, renewed ${renewed}, removed ${removed}, refused by Defender ${rejected}, cut ${cut}; ` +
      `${counts.total} calls, ${seconds(started)}`,
  );
  for (const [call, count] of Object.entries(counts.calls)) say(`    ${count} x ${call}`);
}

interface LogAnswer {
  readonly counts: { readonly total: number; readonly calls: Readonly<Record<string, number>> };
  readonly entries: readonly { readonly number: number }[];
}

async function readLog(simulatorOrigin: string, query: string): Promise<LogAnswer> {
  return (await (await fetch(`${simulatorOrigin}/_simulator/log?${query}`)).json()) as LogAnswer;
}
