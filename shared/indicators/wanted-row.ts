import { createHash } from 'node:crypto';
import type { IndicatorAction, IndicatorSeverity } from '../contract/indicator.ts';
import type { leftOutCodes } from '../contract/codes.ts';
import type { IndicatorIdentity } from './feed-item.ts';

/** The ledger's owner of what was asked for directly, beside the feeds (contract §6). */
export const directOwner = 'actions';

/** What a row in a tenant says; its expiry is decided when it is written. */
export interface RowContent extends IndicatorIdentity {
  readonly action: IndicatorAction;
  readonly severity: IndicatorSeverity;
  readonly title: string;
  readonly description: string;
  readonly generateAlert: boolean;
  readonly recommendedActions?: string;
  readonly mitreTechniques?: readonly string[];
  readonly externalId?: string;
  /** Device groups; empty = all devices. */
  readonly rbacGroupNames: readonly string[];
}

/** A row that a tenant should hold because of us. */
export interface WantedRow extends RowContent {
  /** Feeds, or `actions`, sorted. */
  readonly owners: readonly string[];
  /** How long it lives when written now, in milliseconds. */
  readonly lifeMs: number;
  /** When it ends at the latest, whatever is renewed; epoch milliseconds. */
  readonly notAfterMs?: number;
  /** When one of its owners will let go; epoch milliseconds. */
  readonly changesAtMs?: number;
  /** For the ranking when a tenant is full: 0 to 100, and when it came in (epoch milliseconds). */
  readonly confidence: number;
  readonly sinceMs: number;
  /** `phishing: item ioc-1, version 17; action Block by the feed's rule 1`. */
  readonly why: string;
}

/** Why an accepted indicator is not in a tenant. */
export interface LeftOut extends IndicatorIdentity {
  readonly code: (typeof leftOutCodes)[number];
  readonly owners: readonly string[];
  readonly why: string;
  /** Defender's words, for `defender_refused`. */
  readonly failureReason?: string;
}

/** Whether somebody asked for a row directly, feeds or not. */
export function isDirect({ owners }: Pick<WantedRow, 'owners'>): boolean {
  return owners.includes(directOwner);
}

/** Tells whether what was sent for a row is still what the row should say, expiry aside. */
export function fingerprintOf(row: RowContent): string {
  const said = [
    ...[row.indicatorType, row.indicatorValue, row.action, row.severity, row.title, row.description, row.generateAlert],
    ...[row.recommendedActions ?? null, row.mitreTechniques ?? null, row.externalId ?? null],
    [...row.rbacGroupNames].sort(),
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22);
}
