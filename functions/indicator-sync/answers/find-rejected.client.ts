import type { FeedInput, FeedReject } from '../../../shared/contract/feed.ts';
import { normaliseIndicator } from '../../../shared/indicators/normalise/normalise-indicator.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { isSubscribed } from '../plan/select-indicators.ts';

/** Tells which of the tenant's feeds named a value in its last run and why it was not taken; `undefined` when none did. */
export type FindRejected = (tenant: TenantRecord, identity: IndicatorIdentity) => Promise<string | undefined>;

export interface FindRejectedOptions {
  readonly feeds: Documents<FeedInput>;
  /** Of the last run of a feed. */
  readonly readRejects: (feedId: string) => Promise<readonly FeedReject[]>;
}

/** What no plan knows: a reject is decided once per feed, before any tenant. */
export function createFindRejected({ feeds, readRejects }: FindRejectedOptions): FindRejected {
  return async ({ tenantId, policy }, identity) => {
    for (const { id: feedId, document: feed } of await feeds.listAll()) {
      if (!isSubscribed({ feedId, feed }, { policy: policy.indicators, tenantId })) continue;
      const reject = (await readRejects(feedId)).find(({ value }) => value !== undefined && isIt(value, identity));
      if (reject) return `${feedId} names it at ${reject.place}, and it was rejected: ${reject.code}: ${reject.detail}`;
    }
    return undefined;
  };
}

function isIt(value: string, { indicatorType, indicatorValue }: IndicatorIdentity): boolean {
  const normal = normaliseIndicator(indicatorType, value);
  return normal.ok && normal.indicatorType === indicatorType && normal.indicatorValue === indicatorValue;
}
