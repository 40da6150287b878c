import type { Tell } from '../../../shared/callbacks/tell.store.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { FeedReject } from '../../../shared/contract/feed.ts';
import { toTime } from '../../../shared/contract/primitives.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Unreadable } from '../../../shared/indicators/feed-item.ts';
import { againWhenReplaced } from './feed-lists.store.ts';
import type { AcceptedItem, FeedState, FeedVersion } from './feed-version.ts';
import type { FeedVersions, StoredFeedState } from './feed-versions.store.ts';

/** Versions of feeds, as this scenario keeps them. */
export type StoredVersions = FeedVersions<FeedState, AcceptedItem, FeedReject>;

export interface ChangeFeedOptions {
  readonly versions: StoredVersions;
  readonly tell: Tell;
  readonly now: Clock;
}

/** What is to be written; rejects that are left out stay as they are. */
export type FeedDecision = FeedVersion & { readonly changed: boolean; readonly rejects?: readonly FeedReject[] };

/** How often something is done again because somebody else wrote meanwhile. */
const maxTries = 4;

/**
 * Decides on the version as it stands, and again when somebody else wrote one in between. Gives what was written; `undefined`, or why the
 * reading cannot be taken, when nothing was to be.
 */
export async function changeFeed(
  options: ChangeFeedOptions,
  feedId: string,
  decide: (previous: FeedVersion | undefined) => FeedDecision | Unreadable | undefined,
): Promise<FeedState | Unreadable | undefined> {
  const { versions } = options;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { stored, version } = await readVersion(versions, feedId);
    const decision = decide(version);
    if (decision === undefined || 'unreadable' in decision) return decision;
    const { state, items, changed, rejects } = decision;
    const write = { state, ...(changed ? { contents: items } : {}), ...(rejects ? { rejects } : {}) };
    await tellIfHeld(options, { feedId, before: stored?.state, after: state });
    if (await versions.write(feedId, write, stored)) return state;
  }
  throw new UpstreamUnavailable('Others keep changing the feed.', { retryAfterMs: 1_000 });
}

/** Each version that is held is told, once: whoever confirms has to name it. */
async function tellIfHeld(
  { tell, now }: ChangeFeedOptions,
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
