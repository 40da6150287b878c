import type { FeedGuard, FeedRun } from '../../../shared/contract/feed.ts';
import { toTime } from '../../../shared/contract/primitives.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { FeedItem, IndicatorIdentity, ParsedItems, PlacedItem } from '../../../shared/indicators/feed-item.ts';
import { leavesAtMs } from './feed-version.ts';
import type { AcceptedItem, FeedVersion } from './feed-version.ts';
import { sameContents } from './same-contents.ts';

/** What was taken out is remembered so long, so that its end can be explained. */
const rememberedMs = 24 * 3_600_000;

/** A whole reading of a feed, after the guard. */
export interface Reading {
  readonly previous: FeedVersion | undefined;
  readonly parsed: ParsedItems;
  /** What the guard refused: it goes at once, and is no shrinking. */
  readonly refused?: readonly IndicatorIdentity[];
  readonly guard: FeedGuard;
  readonly now: number;
}

/** The next version, and whether it has to be written. */
export interface Acceptance extends FeedVersion {
  /** False when only `lastRun` is new. */
  readonly changed: boolean;
}

/**
 * Decides what a whole reading means (contract §12). What is new goes on at once. What is missing stays for `removeAfter`; when more is
 * missing than `maxShrinkPercent` of the last accepted version, the removals wait until a reading recovers or someone confirms. What the
 * feed revokes or says to be over, what the guard refuses and what expires by itself goes at once and does not count as missing.
 */
export function acceptVersion(reading: Reading): Acceptance {
  const { previous, parsed, guard, now } = reading;
  const present = new Map(parsed.items.map((item) => [indicatorKey(item), item]));
  const refused = new Set([...(reading.refused ?? []), ...(parsed.over ?? [])].map(indicatorKey));
  const before = previous?.items ?? [];
  const missing = before.filter((item) => {
    const key = indicatorKey(item);
    return !present.has(key) && !refused.has(key) && !hasExpired(item, now);
  });
  const of = before.filter(isAccepted).length;
  const wouldRemove = missing.filter(isAccepted).length;
  const isHeld = wouldRemove * 100 > of * guard.maxShrinkPercent;

  const known = new Map(before.map((item) => [indicatorKey(item), item]));
  const here = parsed.items
    .filter((item) => item.revoked !== true)
    .map((item) => toAccepted(item, { before: known.get(indicatorKey(item)), isHeld, now }));
  const gone = missing
    .map((item) => toGone(item, isHeld, now))
    .filter((item) => (leavesAtMs(item, guard) ?? now) + rememberedMs > now);
  const run = { at: toTime(now), read: parsed.read, accepted: parsed.items.length, rejected: countRejects(parsed) };
  return conclude(previous, [...here, ...gone], { run, held: isHeld ? { wouldRemove, of } : undefined });
}

/** Pushed items change what they name and nothing else: the rest stays until it is revoked or expires (contract §6). */
export function acceptPushed({ previous, parsed, now }: Omit<Reading, 'guard' | 'refused'>): Acceptance {
  const items = new Map(
    (previous?.items ?? []).filter((item) => !hasExpired(item, now)).map((item) => [indicatorKey(item), item]),
  );
  for (const item of parsed.items) {
    const key = indicatorKey(item);
    if (item.revoked === true) items.delete(key);
    else items.set(key, toAccepted(item, { before: items.get(key), isHeld: false, now }));
  }
  const run = { at: toTime(now), read: parsed.read, accepted: parsed.items.length, rejected: countRejects(parsed) };
  return conclude(previous, [...items.values()], { run, held: undefined });
}

/** Lets held removals go. `undefined` when the version is not the one that is held: somebody decided on what is no longer so. */
export function confirmVersion(previous: FeedVersion, version: number): Acceptance | undefined {
  const { held, lastRun, ...state } = previous.state;
  if (held?.version !== version) return undefined;
  const run = lastRun === undefined ? {} : { lastRun: { ...lastRun, outcome: 'Accepted' as const } };
  const items = previous.items.map(({ waits: _waits, cameWhileHeld: _came, ...item }) => item);
  return { state: { ...state, ...run, version: state.version + 1 }, items, changed: true };
}

/** The run of a source that could not be read: the version before it stays. */
export function failedRun(now: number): FeedRun {
  return { at: toTime(now), outcome: 'Failed', read: 0, accepted: 0, rejected: { unreadable: 1 } };
}

/** Part of the last accepted version: what a shrinking is measured against. */
function isAccepted(item: AcceptedItem): boolean {
  return item.cameWhileHeld !== true && (item.goneSince === undefined || item.waits === true);
}

function hasExpired(item: FeedItem, now: number): boolean {
  return item.expirationTime !== undefined && Date.parse(item.expirationTime) <= now;
}

interface Arrival {
  readonly before: AcceptedItem | undefined;
  readonly isHeld: boolean;
  readonly now: number;
}

function toAccepted({ place: _place, ...item }: PlacedItem, { before, isHeld, now }: Arrival): AcceptedItem {
  const isNew = before === undefined || !isAccepted(before);
  return { ...item, since: before?.since ?? toTime(now), ...(isHeld && isNew ? { cameWhileHeld: true as const } : {}) };
}

/** What an accepted version had already let go goes on going; the rest waits while the feed is held. */
function toGone(item: AcceptedItem, isHeld: boolean, now: number): AcceptedItem {
  if (item.goneSince !== undefined && item.waits !== true) return item;
  const { waits: _waits, ...rest } = item;
  return { ...rest, goneSince: item.goneSince ?? toTime(now), ...(isHeld ? { waits: true as const } : {}) };
}

interface Conclusion {
  readonly run: Omit<FeedRun, 'outcome'>;
  readonly held: { readonly wouldRemove: number; readonly of: number } | undefined;
}

function conclude(
  previous: FeedVersion | undefined,
  items: readonly AcceptedItem[],
  { run, held }: Conclusion,
): Acceptance {
  const settled = held ? items : items.map(({ cameWhileHeld: _came, ...item }) => item);
  const isSame = previous !== undefined && sameContents(previous.items, settled) && !previous.state.held === !held;
  const version = (previous?.state.version ?? 0) + (isSame ? 0 : 1);
  const outcome = held ? 'Held' : isSame ? 'Unchanged' : 'Accepted';
  const state = { version, lastRun: { ...run, outcome }, ...(held ? { held: { version, ...held } } : {}) } as const;
  return { state, items: isSame ? previous.items : settled, changed: !isSame };
}

function countRejects({ rejects }: ParsedItems): FeedRun['rejected'] {
  const counts: Partial<Record<(typeof rejects)[number]['code'], number>> = {};
  for (const { code } of rejects) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
