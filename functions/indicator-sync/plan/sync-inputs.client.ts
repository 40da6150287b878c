import type { FeedInput } from '../../../shared/contract/feed.ts';
import type { Documents, Versioned } from '../../../shared/registry/documents.store.ts';
import { againWhenReplaced } from '../feeds/feed-lists.store.ts';
import type { StoredVersions } from '../feeds/change-feed.client.ts';
import type { AcceptedItem, FeedState } from '../feeds/feed-version.ts';
import type { StoredFeedState } from '../feeds/feed-versions.store.ts';
import type { FeedWithVersion } from './select-indicators.ts';
import type { FeedMark } from './sync-due.ts';

/** What all tenants' plans are made from. */
export interface SyncInputs {
  /** Of every feed, without its contents: two queries. */
  readMarks(): Promise<readonly FeedMark[]>;
  /** Every feed with its accepted version. A version is read and parsed once in the life of the process. */
  readFeeds(): Promise<{ readonly marks: readonly FeedMark[]; readonly feeds: readonly FeedWithVersion[] }>;
}

export interface SyncInputsOptions {
  readonly feeds: Documents<FeedInput>;
  readonly versions: StoredVersions;
}

/** Reads feeds for plans, keeping the newest contents of each in memory. */
export function createSyncInputs({ feeds, versions }: SyncInputsOptions): SyncInputs {
  const kept = new Map<string, { readonly writeId: string; readonly items: readonly AcceptedItem[] }>();

  async function itemsOf(stored: StoredFeedState<FeedState>): Promise<readonly AcceptedItem[]> {
    const known = kept.get(stored.feedId);
    if (known?.writeId === stored.contents.writeId) return known.items;
    const items = await versions.readContents(stored);
    kept.set(stored.feedId, { writeId: stored.contents.writeId, items });
    return items;
  }

  async function readAll() {
    const states = new Map((await versions.readStates()).map((stored) => [stored.feedId, stored]));
    const documents = await feeds.listAll();
    for (const feedId of kept.keys()) if (!states.has(feedId)) kept.delete(feedId);
    return documents.map((document) => ({ document, stored: states.get(document.id) }));
  }

  async function withContents() {
    const all = await readAll();
    const feedsWithVersions: FeedWithVersion[] = [];
    for (const { document, stored } of all) {
      if (stored === undefined) continue;
      const version = { state: stored.state, items: await itemsOf(stored) };
      feedsWithVersions.push({ feedId: document.id, feed: document.document, version });
    }
    return { marks: all.map(({ document, stored }) => toMark(document, stored)), feeds: feedsWithVersions };
  }

  return {
    readMarks: async () => (await readAll()).map(({ document, stored }) => toMark(document, stored)),
    readFeeds: () => againWhenReplaced(withContents),
  };
}

function toMark(
  { id, document, etag }: Versioned<FeedInput>,
  stored: StoredFeedState<FeedState> | undefined,
): FeedMark {
  return { feedId: id, feed: document, etag, version: stored?.state.version ?? 0 };
}
