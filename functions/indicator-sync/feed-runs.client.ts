import type { Tell } from '../../shared/callbacks/tell.store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { FeedInput, FeedReject } from '../../shared/contract/feed.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import { RejectedInput, UpstreamUnavailable } from '../../shared/errors.ts';
import type { ParsedFeed, ParsedItems } from '../../shared/indicators/feed-item.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { acceptVersion, confirmVersion, failedRun } from './accept-version.ts';
import type { AcceptedItem, FeedState, FeedVersion } from './feed-version.ts';
import type { FeedVersions, StoredFeedState } from './feed-versions.store.ts';
import type { FeedRuns } from './feeds.http.ts';
import type { ReadSource } from './sources/read-source.client.ts';

/** Versions of feeds, as this scenario keeps them. */
export type StoredVersions = FeedVersions<FeedState, AcceptedItem, FeedReject>;

export interface FeedRunsOptions {
  readonly feeds: Documents<FeedInput>;
  readonly versions: StoredVersions;
  readonly readSource: ReadSource;
  readonly tell: Tell;
  readonly now: Clock;
  readonly log: Log;
}

/** How often a version is decided again because somebody else wrote one meanwhile. */
const maxTries = 4;

/** Reads feeds and accepts their versions. A reading that fails changes nothing but `lastRun` and the rejects. */
export function createFeedRuns(options: FeedRunsOptions): FeedRuns {
  const { feeds, versions, readSource, now, log } = options;
  return {
    readStatuses: async () => new Map((await versions.readStates()).map(({ feedId, state }) => [feedId, state])),
    readStatus: async (feedId) => (await versions.readState(feedId))?.state,
    readRejects: async (feedId) => {
      const stored = await versions.readState(feedId);
      return stored ? versions.readRejects(stored) : [];
    },
    refresh: async (feedId) => {
      const feed = await feeds.get(feedId);
      if (feed === undefined) throw new RejectedInput('not_found', 'There is no such feed.');
      const parsed = await readSource(feed.document.source);
      if ('unreadable' in parsed) return await recordFailure(options, feedId, parsed.unreadable);
      const { guard } = feed.document;
      const state = await update(options, feedId, (previous) => {
        const { changed, ...next } = acceptVersion({ previous, parsed, guard, now: now() });
        return { ...next, changed, rejects: toRejects(parsed) };
      });
      log.info('feed.accepted', { feedId, version: state.version, ...state.lastRun });
    },
    confirm: async (feedId, version) => {
      await update(options, feedId, (previous) => {
        const confirmed = previous && confirmVersion(previous, version);
        if (confirmed) return confirmed;
        throw new RejectedInput('plan_changed', `Version ${version} is not held.`);
      });
    },
    forget: (feedId) => versions.remove(feedId),
  };
}

type Decision = FeedVersion & { readonly changed: boolean; readonly rejects?: readonly FeedReject[] };

/** Decides on the version as it stands, and again when somebody else wrote one in between. */
async function update(
  options: FeedRunsOptions,
  feedId: string,
  decide: (previous: FeedVersion | undefined) => Decision,
): Promise<FeedState> {
  const { versions } = options;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await versions.readState(feedId);
    const { state, items, changed, rejects } = decide(await toVersion(versions, stored));
    const write = { state, ...(changed ? { contents: items } : {}), ...(rejects ? { rejects } : {}) };
    await tellIfHeld(options, { feedId, before: stored?.state, after: state });
    if (await versions.write(feedId, write, stored)) return state;
  }
  throw new UpstreamUnavailable('Others keep changing the feed.', { retryAfterMs: 1_000 });
}

/** Each version that is held is told, once: whoever confirms has to name it. */
async function tellIfHeld(
  { tell, now }: FeedRunsOptions,
  change: { readonly feedId: string; readonly before: FeedState | undefined; readonly after: FeedState },
): Promise<void> {
  const { feedId, before, after } = change;
  if (after.held === undefined || after.held.version === before?.held?.version) return;
  await tell({ type: 'indicators.held', timestamp: toTime(now()), data: { feedId, ...after.held } });
}

async function toVersion(
  versions: StoredVersions,
  stored: StoredFeedState<FeedState> | undefined,
): Promise<FeedVersion | undefined> {
  return stored && { state: stored.state, items: await versions.readContents(stored) };
}

async function recordFailure(
  { versions, now, log }: FeedRunsOptions,
  feedId: string,
  { place, detail }: Extract<ParsedFeed, { unreadable: unknown }>['unreadable'],
): Promise<never> {
  const stored = await versions.readState(feedId);
  const state = { ...(stored?.state ?? { version: 0 }), lastRun: failedRun(now()) };
  // A write that is lost here was overtaken by a newer reading, which says more.
  await versions.write(feedId, { state, rejects: [{ place, code: 'unreadable', detail }] }, stored);
  log.warn('feed.failed', { feedId, place, detail });
  throw new RejectedInput('source_failed', `${feedId}, ${place}: ${detail}`);
}

function toRejects({ rejects }: ParsedItems): readonly FeedReject[] {
  return rejects;
}
