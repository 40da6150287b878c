import { guardIndicator } from '../../../shared/indicators/guard/guard-indicator.ts';
import type { IndicatorIdentity, ParsedItems, PlacedItem } from '../../../shared/indicators/feed-item.ts';
import type { FeedReject } from '../../../shared/contract/feed.ts';

/** What the guard lets through of a reading, and what it refuses: that one is a reject with its place. */
export interface GuardedItems {
  readonly parsed: ParsedItems;
  readonly refused: readonly IndicatorIdentity[];
}

/** Asks the guard about every item before the version is accepted (contract §12). `names`: `ownNames`, which hold for all tenants. */
export function guardItems(parsed: ParsedItems, names: readonly string[]): GuardedItems {
  const items: PlacedItem[] = [];
  const refused: IndicatorIdentity[] = [];
  const rejects: FeedReject[] = [];
  for (const item of parsed.items) {
    // What takes a value out may always pass.
    const answer = item.revoked === true ? ({ ok: true } as const) : guardIndicator(item, names);
    if (answer.ok) items.push(item);
    else {
      refused.push(item);
      rejects.push({ place: item.place, value: item.indicatorValue, code: answer.code, detail: answer.detail });
    }
  }
  return { parsed: { ...parsed, items, rejects: [...parsed.rejects, ...rejects] }, refused };
}
