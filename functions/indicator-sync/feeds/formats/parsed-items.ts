import { indicatorKey } from '../../../../shared/indicators/feed-item.ts';
import type {
  FeedItem,
  IndicatorIdentity,
  ParsedItems,
  PlacedItem,
  Unreadable,
} from '../../../../shared/indicators/feed-item.ts';
import type { FeedReject, FeedRejectCode } from '../../../../shared/contract/feed.ts';
import type { IndicatorType } from '../../../../shared/contract/indicator.ts';
import { normaliseIndicator } from '../../../../shared/indicators/normalise/normalise-indicator.ts';
import { mostValuesOfDocument } from '../most-values.ts';
import { unreadable } from './decode-feed.ts';

/** The answer for a document with more values than `mostValuesOfDocument`. */
export function tooManyValues(place: string): Unreadable {
  return unreadable(place, `The document has more than ${mostValuesOfDocument} values, the most that one may have.`);
}

/** One value of the input, judged: an item or a reject. */
export type Judged =
  | { readonly item: PlacedItem }
  | {
      readonly reject: FeedReject;
      /** The value, when nothing but its time is wrong. */
      readonly over?: IndicatorIdentity;
    };

/** A value as the feed has it, with what the feed says about it. */
export interface RawValue {
  readonly place: string;
  readonly indicatorType: IndicatorType;
  readonly value: string;
  readonly facts: Omit<FeedItem, 'indicatorType' | 'indicatorValue'>;
  /** Epoch milliseconds: what has expired by now is a reject. */
  readonly now: number;
}

/** Normalises a value and its expiry. */
export function judge(raw: RawValue): Judged {
  const { place, value, facts } = raw;
  const normalised = normaliseIndicator(raw.indicatorType, value);
  if (!normalised.ok) return rejectOf(place, value, normalised.code, normalised.detail);
  const { indicatorType, indicatorValue } = normalised;
  if (facts.expirationTime !== undefined && Date.parse(facts.expirationTime) <= raw.now && facts.revoked !== true) {
    const reject = rejectOf(place, value, 'expired', `It was valid until ${facts.expirationTime}.`);
    return { ...reject, over: { indicatorType, indicatorValue } };
  }
  return { item: { indicatorType, indicatorValue, ...facts, place } };
}

/** A value that is not accepted; long values are shown in part. */
export function rejectOf(
  place: string,
  value: string | undefined,
  code: FeedRejectCode,
  detail: string,
): { readonly reject: FeedReject } {
  const shown = value === undefined || value.length <= 800 ? value : `${value.slice(0, 799)}…`;
  return { reject: { place, ...(shown === undefined ? {} : { value: shown }), code, detail } };
}

/** Collects what a format judged, in the order of the input. Of two values with one identity the later wins; the earlier is a reject. */
export function toParsedItems(judged: readonly Judged[]): ParsedItems {
  const winners = new Map<string, PlacedItem>();
  for (const each of judged) if ('item' in each) winners.set(indicatorKey(each.item), each.item);
  const items: PlacedItem[] = [];
  const rejects: FeedReject[] = [];
  for (const each of judged) {
    const winner = 'item' in each ? winners.get(indicatorKey(each.item)) : undefined;
    if ('reject' in each) rejects.push(each.reject);
    else if (winner === undefined || winner === each.item) items.push(each.item);
    else rejects.push(duplicateOf(each.item, winner));
  }
  const over = judged.flatMap((each) => ('over' in each && each.over !== undefined ? [each.over] : []));
  return { items, rejects, read: judged.length, ...(over.length === 0 ? {} : { over }) };
}

function duplicateOf(item: PlacedItem, winner: PlacedItem): FeedReject {
  const { place, indicatorValue: value } = item;
  return { place, value, code: 'duplicate', detail: `The same value comes again at ${winner.place}, which counts.` };
}
