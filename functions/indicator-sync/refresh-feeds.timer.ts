import type { TimerHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import type { FeedInput } from '../../shared/contract/feed.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { FeedRuns, FeedStatus } from './feeds.http.ts';

export interface RefreshFeedsOptions {
  readonly feeds: Documents<FeedInput>;
  readonly runs: Pick<FeedRuns, 'readStatuses' | 'refresh'>;
  readonly now: Clock;
}

/** A source that failed is asked again sooner than its schedule says. */
const afterFailureMs = 15 * 60_000;
/** The next tick comes in five minutes; what is left over is still due then. */
const budgetMs = 4 * 60_000;

/** Makes the handler of the timer `refreshFeeds`: reads every feed whose time has come, one after the other. */
export function createRefreshFeeds({ feeds, runs, now }: RefreshFeedsOptions): TimerHandler {
  return async () => {
    const endMs = now() + budgetMs;
    const statuses = await runs.readStatuses();
    for (const { id, document } of await feeds.listAll()) {
      if (now() >= endMs) return;
      if (!isDue(document, statuses.get(id), now())) continue;
      try {
        await runs.refresh(id);
      } catch (error) {
        // Recorded in the feed's lastRun and rejects; one broken source delays no other.
        if (!(error instanceof RejectedInput)) throw error;
      }
    }
  };
}

/** Whether a feed is to be read now. */
export function isDue(feed: FeedInput, status: FeedStatus | undefined, nowMs: number): boolean {
  if (feed.paused || feed.source.kind === 'Push') return false;
  const last = status?.lastRun;
  if (last === undefined) return true;
  const everyMs = parseDurationMs(feed.every);
  const waitMs = last.outcome === 'Failed' ? Math.min(everyMs, afterFailureMs) : everyMs;
  return nowMs >= Date.parse(last.at) + waitMs;
}
