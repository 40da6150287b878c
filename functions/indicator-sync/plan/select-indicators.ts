import type { FeedInput } from '../../../shared/contract/feed.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import { exceptionsOf } from '../../../shared/indicators/guard/exceptions.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import { mergeRows } from './merge-rows.ts';
import { guardIndicator } from '../../../shared/indicators/guard/guard-indicator.ts';
import type { LeftOut, WantedRow } from '../../../shared/indicators/wanted-row.ts';
import { leavesAtMs } from '../feeds/feed-version.ts';
import type { FeedVersion } from '../feeds/feed-version.ts';
import { toWantedRow } from './to-wanted-row.ts';
import type { FeedView } from './to-wanted-row.ts';

/** A feed with its accepted version. */
export interface FeedWithVersion {
  readonly feedId: string;
  readonly feed: Pick<FeedInput, 'displayName' | 'tenants' | 'select' | 'apply' | 'guard'>;
  readonly version: FeedVersion;
}

/** What decides which rows a tenant should hold. */
export interface SelectInput {
  readonly tenantId: string;
  readonly policy: TenantPolicy['indicators'];
  readonly feeds: readonly FeedWithVersion[];
  /** Rows that actions and alert responses made and that have not ended: owner `actions`. */
  readonly direct: readonly WantedRow[];
  /** `ownNames` of partner.json. */
  readonly ownNames: readonly string[];
  readonly now: number;
}

/** What a tenant should hold, and why it does not hold the rest. */
export interface Selection {
  readonly wanted: readonly WantedRow[];
  readonly leftOut: readonly LeftOut[];
  readonly excepted: readonly (IndicatorIdentity & { readonly reason: string })[];
  /** Why a value is not wanted any more, by key: `gone from phishing since 2026-11-18`. */
  readonly endings: ReadonlyMap<string, string>;
  /** When time alone will change the selection for values that are not wanted now (an exception that ends); epoch milliseconds. */
  readonly changesAtMs?: number;
}

/** Chooses, for one tenant, from all feeds and from what its actions made (contract §11, §12). */
export function selectIndicators(input: SelectInput): Selection {
  const { policy, now } = input;
  const direct = input.direct.filter((row) => (row.notAfterMs ?? Infinity) > now);
  const rows: WantedRow[] = direct.filter((row) => row.action !== 'Allowed' || policy.allowAllowed);
  const leftOut: LeftOut[] = direct
    .filter((row) => !rows.includes(row))
    .map((row) => belowPolicy(row, row.owners, 'the tenant does not allow action Allowed'));
  const endings = new Map<string, string>();
  for (const { feedId, feed, version } of input.feeds.filter((each) => isSubscribed(each, input))) {
    const view = viewOf({ feedId, feed, version }, policy);
    for (const item of version.items) {
      const leaves = leavesAtMs(item, feed.guard) ?? Infinity;
      if (leaves <= now)
        endings.set(indicatorKey(item), `gone from ${feedId} since ${item.goneSince?.slice(0, 10) ?? ''}`);
      else if (item.expirationTime !== undefined && Date.parse(item.expirationTime) <= now) {
        endings.set(indicatorKey(item), `valid until ${item.expirationTime} in ${feedId}`);
      } else {
        const result = toWantedRow(item, view);
        if ('row' in result) rows.push(result.row);
        else leftOut.push(belowPolicy(item, [feedId], `${feedId}: ${result.reason}`));
      }
    }
  }
  return settle(mergeRows(rows), { input, leftOut, endings });
}

interface Draft {
  readonly input: SelectInput;
  readonly leftOut: readonly LeftOut[];
  readonly endings: ReadonlyMap<string, string>;
}

/** Exceptions and the guard hold whoever wants the row; for a feed's the guard was asked before, but not about the tenant's names. */
function settle(rows: readonly WantedRow[], { input, leftOut, endings }: Draft): Selection {
  const { policy, ownNames, now } = input;
  const exceptions = exceptionsOf(policy.exceptions, now);
  const names = [...ownNames, ...policy.protectedNames];
  const wanted: WantedRow[] = [];
  const excepted: (IndicatorIdentity & { readonly reason: string })[] = [];
  const others: LeftOut[] = [];
  for (const row of rows) {
    const { indicatorType, indicatorValue, owners } = row;
    const reason = exceptions.reasonFor(row);
    const guarded = guardIndicator(row, names);
    if (reason !== undefined) excepted.push({ indicatorType, indicatorValue, reason });
    else if (!guarded.ok) others.push(belowPolicy(row, owners, `${guarded.code}: ${guarded.detail}`));
    else wanted.push(row);
  }
  const rest = new Map(leftOut.map((row) => [indicatorKey(row), row]));
  for (const settled of rows) rest.delete(indicatorKey(settled));
  const changes = exceptions.endsAtMs === undefined ? {} : { changesAtMs: exceptions.endsAtMs };
  return { wanted, leftOut: [...others, ...rest.values()], excepted, endings, ...changes };
}

/** Whether the feed is for the tenant, and the tenant wants it. */
export function isSubscribed(
  { feedId, feed }: Pick<FeedWithVersion, 'feedId' | 'feed'>,
  { policy, tenantId }: Pick<SelectInput, 'policy' | 'tenantId'>,
): boolean {
  const isOffered = feed.tenants === 'All' || feed.tenants.includes(tenantId);
  return isOffered && choiceOf(policy, feedId)?.subscribed !== false;
}

function viewOf({ feedId, feed, version }: FeedWithVersion, policy: TenantPolicy['indicators']): FeedView {
  const { allowAllowed, rbacGroupNames } = policy;
  const choice = choiceOf(policy, feedId);
  return { feedId, version: version.state.version, feed, choice, allowAllowed, rbacGroupNames };
}

function choiceOf(policy: TenantPolicy['indicators'], feedId: string) {
  return Object.hasOwn(policy.feeds, feedId) ? policy.feeds[feedId] : undefined;
}

function belowPolicy(row: IndicatorIdentity, owners: readonly string[], why: string): LeftOut {
  return { indicatorType: row.indicatorType, indicatorValue: row.indicatorValue, code: 'below_policy', owners, why };
}
