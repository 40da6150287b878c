import type { IndicatorAction, IndicatorSeverity, IndicatorType } from '../contract/indicator.ts';
import type { FeedReject } from '../contract/feed.ts';

/** What makes two indicators the same one: type and normalised value (contract §6). */
export interface IndicatorIdentity {
  readonly indicatorType: IndicatorType;
  /** As `normaliseIndicator` writes it. */
  readonly indicatorValue: string;
}

/** One indicator as a feed says it; what is left out comes from the feed document (contract §6, §12). */
export interface FeedItem extends IndicatorIdentity {
  readonly action?: IndicatorAction;
  readonly severity?: IndicatorSeverity;
  /** 0 to 100, as in STIX. */
  readonly confidence?: number;
  readonly title?: string;
  readonly description?: string;
  readonly recommendedActions?: string;
  /** RFC 3339, UTC. */
  readonly expirationTime?: string;
  readonly generateAlert?: boolean;
  readonly mitreTechniques?: readonly string[];
  readonly externalId?: string;
  /** The feed takes it back: out at the next sync, without grace, and no shrinking. */
  readonly revoked?: true;
  /** Set by the guard: the warning list (cloud, CDN) that holds this address; it is never stricter than `Audit` (contract §12). */
  readonly auditOnly?: string;
}

/** An item with the place where its feed says it (`line 17`, a STIX id), for rejects made later. */
export interface PlacedItem extends FeedItem {
  readonly place: string;
}

/** A document that as a whole cannot be taken: nothing changes because of it. */
export interface Unreadable {
  readonly unreadable: { readonly place: string; readonly detail: string };
}

/**
 * What a format made of a document. `read` counts values: a row, or each alternative where one pattern names several (OR, IN).
 * Every value is accepted or rejected: `read === items.length + rejects.length`.
 */
export interface ParsedItems {
  readonly items: readonly PlacedItem[];
  readonly rejects: readonly FeedReject[];
  readonly read: number;
  /** Values among the rejects that the feed still names, and says to be over: they go at once, and are no shrinking. */
  readonly over?: readonly IndicatorIdentity[];
}

/** What a format answers. */
export type ParsedFeed = ParsedItems | Unreadable;

/** The identity as one text, for maps and sets. */
export function indicatorKey(indicator: IndicatorIdentity): string {
  return `${indicator.indicatorType}|${indicator.indicatorValue}`;
}
