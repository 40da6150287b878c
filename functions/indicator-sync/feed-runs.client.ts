import type { Tell } from '../../shared/callbacks/tell.store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { FeedInput, FeedReject } from '../../shared/contract/feed.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import { RejectedInput, UpstreamUnavailable } from '../../shared/errors.ts';
import type { ParsedFeed, Unreadable } from '../../shared/indicators/feed-item.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { acceptVersion, confirmVersion, failedRun } from './accept-version.ts';
import { againWhenReplaced } from './feed-lists.store.ts';
import type { AcceptedItem, FeedState, FeedVersion } from './feed-version.ts';
import type { FeedVersions, StoredFeedState } from './feed-versions.store.ts';
import type { FeedRuns } from './feeds.http.ts';
import { guardItems } from './guard-items.ts';
import type { ReadSource } from './sources/read-source.client.ts';

/** Versions of feeds, as this scenario keeps them. */
export type StoredVersions = FeedVersions<FeedState, AcceptedItem, FeedReject>;

export interface FeedRunsOptions {
  readonly feeds: Documents<FeedInput>;
  readonly versions: StoredVersions;
  readonly readSource: ReadSource;
  readonly tell: Tell;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  readonly now: Clock;
  readonly log: Log;
}

/** How often something is done again because somebody else wrote meanwhile. */
const maxTries = 4;

/** Reads feeds and accepts their versions. A reading that fails changes nothing but `lastRun` and the rejects. */
export function createFeedRuns(options: FeedRunsOptions): FeedRuns {
  const { versions, now, log } = options;
  return {
    readStatuses: async () => new Map((await versions.readStates()).map(({ feedId, state }) => [feedId, state])),
    readStatus: async (feedId) => (await versions.readState(feedId))?.state,
    readRejects: (feedId) =>
      againWhenReplaced(async () => {
        const stored = await versions.readState(feedId);
        return stored ? versions.readRejects(stored) : [];
      }),
    refresh: async (feedId) => {
      const startMs = now();
      const { feed, parsed: whole } = await read(options, feedId);
      if ('unreadable' in whole) return await recordFailure(options, feedId, { ...whole.unreadable, startMs });
      const { parsed, refused } = guardItems(whole, options.ownNames);
      const state = await update(options, feedId, (previous) => {
        if (isOvertaken(previous?.state, startMs)) return undefined;
        const { changed, ...next } = acceptVersion({ previous, parsed, refused, guard: feed.guard, now: now() });
        return { ...next, changed, rejects: parsed.rejects };
      });
      if (state) log.info('feed.accepted', { feedId, version: state.version, ...state.lastRun });
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

/** Reads the source that the document names; again when it was changed meanwhile, because what was read is then another feed's. */
async function read(
  { feeds, readSource }: FeedRunsOptions,
  feedId: string,
): Promise<{ readonly feed: FeedInput; readonly parsed: ParsedFeed }> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const feed = await feeds.get(feedId);
    if (feed === undefined) throw new RejectedInput('not_found', 'There is no such feed.');
    const parsed = await readSource(feed.document.source);
    if ((await feeds.get(feedId))?.etag === feed.etag) return { feed: feed.document, parsed };
  }
  throw new UpstreamUnavailable('The document of the feed keeps changing.', { retryAfterMs: 1_000 });
}

/** A reading that began later was through first, and says more. */
function isOvertaken(state: FeedState | undefined, startMs: number): boolean {
  const { at, outcome } = state?.lastRun ?? {};
  return at !== undefined && outcome !== 'Failed' && Date.parse(at) > startMs;
}

type Decision = FeedVersion & { readonly changed: boolean; readonly rejects?: readonly FeedReject[] };

/** Decides on the version as it stands, and again when somebody else wrote one in between; `undefined`: nothing was to be written. */
async function update(
  options: FeedRunsOptions,
  feedId: string,
  decide: (previous: FeedVersion | undefined) => Decision | undefined,
): Promise<FeedState | undefined> {
  const { versions } = options;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { stored, version } = await readVersion(versions, feedId);
    const decision = decide(version);
    if (decision === undefined) return undefined;
    const { state, items, changed, rejects } = decision;
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

interface StoredVersion {
  readonly stored: StoredFeedState<FeedState> | undefined;
  readonly version: FeedVersion | undefined;
}

function readVersion(versions: StoredVersions, feedId: string): Promise<StoredVersion> {
  return againWhenReplaced(async () => {
    const stored = await versions.readState(feedId);
    const version = stored && { state: stored.state, items: await versions.readContents(stored) };
    return { stored, version };
  });
}

async function recordFailure(
  { versions, now, log }: FeedRunsOptions,
  feedId: string,
  { place, detail, startMs }: Unreadable['unreadable'] & { readonly startMs: number },
): Promise<never> {
  const stored = await versions.readState(feedId);
  const state = { ...(stored?.state ?? { version: 0 }), lastRun: failedRun(now()) };
  // A write that is lost here was overtaken by a newer reading, which says more.
  if (!isOvertaken(stored?.state, startMs)) {
    await versions.write(feedId, { state, rejects: [{ place, code: 'unreadable', detail }] }, stored);
  }
  // The detail may cite the source.
  log.warn('feed.failed', { feedId, place });
  throw new RejectedInput('source_failed', `${feedId}, ${place}: ${detail}`);
}
