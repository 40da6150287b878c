import type { FeedDocument, FeedInput, FeedReject } from '../../../shared/contract/feed.ts';
import { RejectedInput, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { ParsedFeed, Unreadable } from '../../../shared/indicators/feed-item.ts';
import type { Log } from '../../../shared/log.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import { acceptVersion, confirmVersion, failedRun } from './accept-version.ts';
import { changeFeed } from './change-feed.client.ts';
import type { ChangeFeedOptions, StoredVersions } from './change-feed.client.ts';
import { againWhenReplaced } from './feed-lists.store.ts';
import type { FeedState } from './feed-version.ts';
import { unreadable } from './formats/decode-feed.ts';
import { guardItems } from './guard-items.ts';
import type { ReadSource } from './sources/read-source.client.ts';

/** What `GET /feeds/{feedId}` shows besides the document. */
export type FeedStatus = Pick<FeedDocument, 'version' | 'lastRun' | 'held'>;

/** What was read of the feeds' sources; a feed that was never read has no status. */
export interface FeedRuns {
  /** Of all feeds, by id. */
  readonly readStatuses: () => Promise<ReadonlyMap<string, FeedStatus>>;
  readonly readStatus: (feedId: string) => Promise<FeedStatus | undefined>;
  /** Of the last run. */
  readonly readRejects: (feedId: string) => Promise<readonly FeedReject[]>;
  /** Reads the source now. Throws `RejectedInput` `source_failed`. */
  readonly refresh: (feedId: string) => Promise<void>;
  /** Lets held removals go. Throws `RejectedInput` `plan_changed` when another version is held, or none. */
  readonly confirm: (feedId: string, version: number) => Promise<void>;
  /** Forgets everything that was read of a feed. */
  readonly forget: (feedId: string) => Promise<void>;
}

export interface FeedRunsOptions extends ChangeFeedOptions {
  readonly feeds: Documents<FeedInput>;
  readonly readSource: ReadSource;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  /** How many values all feeds together may have: a plan needs them beside each other in memory. */
  readonly mostValues: number;
  readonly log: Log;
}

/** How often a source is read again because its document changed meanwhile. */
const maxTries = 4;

/** Reads feeds and accepts their versions. A reading that fails changes nothing but `lastRun` and the rejects. */
export function createFeedRuns(options: FeedRunsOptions): FeedRuns {
  const { versions } = options;
  return {
    readStatuses: async () => new Map((await versions.readStates()).map(({ feedId, state }) => [feedId, state])),
    readStatus: async (feedId) => (await versions.readState(feedId))?.state,
    readRejects: (feedId) =>
      againWhenReplaced(async () => {
        const stored = await versions.readState(feedId);
        return stored ? versions.readRejects(stored) : [];
      }),
    refresh: (feedId) => refresh(options, feedId),
    confirm: async (feedId, version) => {
      await changeFeed(options, feedId, (previous) => {
        const confirmed = previous && confirmVersion(previous, version);
        if (confirmed) return confirmed;
        throw new RejectedInput('plan_changed', `Version ${version} is not held.`);
      });
    },
    forget: (feedId) => versions.remove(feedId),
  };
}

async function refresh(options: FeedRunsOptions, feedId: string): Promise<void> {
  const { versions, ownNames, mostValues, now, log } = options;
  const startMs = now();
  const { feed, parsed: whole } = await read(options, feedId);
  if ('unreadable' in whole) return await recordFailure(options, feedId, { ...whole.unreadable, startMs });
  const { parsed, refused } = guardItems(whole, ownNames);
  const others = await countOthers(versions, feedId);
  const state = await changeFeed(options, feedId, (previous) => {
    if (isOvertaken(previous?.state, startMs)) return undefined;
    const { changed, ...next } = acceptVersion({ previous, parsed, refused, guard: feed.guard, now: now() });
    // One that does not grow is taken though there are too many: nothing else ever makes room.
    const isLarger = next.items.length > (previous?.items.length ?? 0);
    if (isLarger && next.items.length + others > mostValues) return noRoom(next.items.length, others, mostValues);
    return { ...next, changed, rejects: parsed.rejects };
  });
  if (state && 'unreadable' in state) return await recordFailure(options, feedId, { ...state.unreadable, startMs });
  if (state) log.info('feed.accepted', { feedId, version: state.version, ...state.lastRun });
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

async function countOthers(versions: StoredVersions, feedId: string): Promise<number> {
  const others = (await versions.readStates()).filter((stored) => stored.feedId !== feedId);
  return others.reduce((count, { contents }) => count + contents.entries, 0);
}

function noRoom(values: number, others: number, mostValues: number): Unreadable {
  const counts = `It would have ${values} values (with those that wait to be taken out), other feeds have ${others}`;
  return unreadable(
    'source',
    `${counts}, and an instance of this size holds ${mostValues}: take fewer values or a larger instance.`,
  );
}

/** A reading that began later was through first, and says more. */
function isOvertaken(state: FeedState | undefined, startMs: number): boolean {
  const { at, outcome } = state?.lastRun ?? {};
  return at !== undefined && outcome !== 'Failed' && Date.parse(at) > startMs;
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
