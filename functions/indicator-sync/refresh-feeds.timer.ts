import type { TimerHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import type { FeedInput } from '../../shared/contract/feed.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { FeedRuns, FeedStatus } from './feeds/feed-runs.client.ts';

export interface RefreshFeedsOptions {
  readonly feeds: Documents<FeedInput>;
  readonly runs: Pick<FeedRuns, 'readStatuses' | 'refresh'>;
  readonly now: Clock;
  readonly log: Log;
}

/** A source that failed is asked again sooner than its schedule says. */
const afterFailureMs = 15 * 60_000;
/** The next tick comes in five minutes; what is left over is still due then. */
const budgetMs = 4 * 60_000;
/** A run is noted when it ends, minutes after its tick began: what is due before half of the next five minutes is read now, not a tick late. */
const earlyMs = 150_000;

/** Makes the handler of the timer `refreshFeeds`: reads every feed whose time has come, one after the other, whoever waited longest first. */
export function createRefreshFeeds({ feeds, runs, now, log }: RefreshFeedsOptions): TimerHandler {
  return async () => {
    const endMs = now() + budgetMs;
    const statuses = await runs.readStatuses();
    const due = (await feeds.listAll())
      .map(({ id, document }) => ({ id, dueMs: dueAtMs(document, statuses.get(id)) }))
      .filter(({ dueMs }) => dueMs <= now() + earlyMs)
      .sort((a, b) => a.dueMs - b.dueMs);
    for (const { id } of due) {
      if (now() >= endMs) return;
      await refresh({ runs, log }, id);
    }
  };
}

async function refresh({ runs, log }: Pick<RefreshFeedsOptions, 'runs' | 'log'>, feedId: string): Promise<void> {
  try {
    await runs.refresh(feedId);
  } catch (error) {
    // A source that failed is recorded in the feed's lastRun and rejects. Whatever it is, one feed's trouble delays no other.
    if (!(error instanceof RejectedInput)) log.error('feed.unread', { feedId, error });
  }
}

/** When a feed is to be read: epoch milliseconds, -Infinity for one that never was, Infinity for one that is not read at all. */
export function dueAtMs(feed: FeedInput, status: FeedStatus | undefined): number {
  if (feed.paused || feed.source.kind === 'Push') return Infinity;
  const last = status?.lastRun;
  if (last === undefined) return -Infinity;
  const everyMs = parseDurationMs(feed.every);
  return Date.parse(last.at) + (last.outcome === 'Failed' ? Math.min(everyMs, afterFailureMs) : everyMs);
}
