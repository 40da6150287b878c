import type { FeedGuard, FeedRun } from '../../../shared/contract/feed.ts';
import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import type { FeedItem } from '../../../shared/indicators/feed-item.ts';

/** An item of an accepted version. */
export interface AcceptedItem extends FeedItem {
  /** When the feed first had it; RFC 3339. */
  readonly since: string;
  /** Missing from the feed since then; it is taken out once `guard.removeAfter` has passed. */
  readonly goneSince?: string;
  /** Missing, but in a version that is held: its removal waits. */
  readonly waits?: true;
  /** Came in while the feed is held: not part of the last accepted version. */
  readonly cameWhileHeld?: true;
}

/** The small part of what is known of a feed: read for all feeds at once. */
export interface FeedState {
  /** 0 until the first version; rises when contents that matter to a tenant changed. */
  readonly version: number;
  readonly lastRun?: FeedRun;
  readonly held?: { readonly version: number; readonly wouldRemove: number; readonly of: number };
}

/** What is known of a feed. */
export interface FeedVersion {
  readonly state: FeedState;
  readonly items: readonly AcceptedItem[];
}

/** Epoch milliseconds at which an item leaves the tenants; `undefined` while it stays. */
export function leavesAtMs(item: AcceptedItem, guard: Pick<FeedGuard, 'removeAfter'>): number | undefined {
  if (item.goneSince === undefined || item.waits === true) return undefined;
  return Date.parse(item.goneSince) + parseDurationMs(guard.removeAfter);
}
