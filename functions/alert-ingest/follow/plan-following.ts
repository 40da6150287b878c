import { linkKeptMs } from '../../../shared/alerts/alert-link-rows.ts';
import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import { linkedKey } from '../../../shared/alerts/linked-key.ts';
import { isSubscribedTo } from '../../../shared/callbacks/plan-callbacks.ts';
import type { Subscriber } from '../../../shared/callbacks/plan-callbacks.ts';
import { toTenantStatus } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { ObservedFrom } from './plan-observed.ts';

/** Alerts of a tenant that are to be followed, through one of Microsoft's APIs. */
export interface Followed {
  readonly tenant: TenantRecord;
  readonly via: AlertVia;
  /** Whether changes of our alerts are told. */
  readonly isUpdateTold: boolean;
  /** Absent: what is not a change of ours is not told. In Graph only ours are observed. */
  readonly observedFrom?: ObservedFrom;
}

/** What is known of all tenants. */
export interface FollowingFacts {
  readonly subscribers: readonly Subscriber[];
  /** When the last alert of ours was linked, by `linkedKey`. */
  readonly linkedAtMs: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

/**
 * Which alerts of a tenant are to be followed: those of which somebody wants to hear. Nothing, while nobody does or there are none.
 * Whether the tenant may be called now is not asked here.
 */
export function planFollowing(tenant: TenantRecord, facts: FollowingFacts): readonly Followed[] {
  if (tenant.connection === 'Removed') return [];
  const { observe } = tenant.policy.alerts;
  const isTold = isWanted(tenant, 'alert.updated', facts);
  const observedFrom = observe !== 'Off' && isWanted(tenant, 'alert.observed', facts) ? observe : undefined;
  return (['Defender', 'Graph'] as const).flatMap((via) => {
    const isOurs = hasAlerts(tenant, via, facts);
    const isUpdateTold = isTold && isOurs;
    // Of what Graph alone has, only ours are Defender for Endpoint's.
    const isObserved = observedFrom !== undefined && (via === 'Defender' || isOurs);
    if (!isUpdateTold && !isObserved) return [];
    return [{ tenant, via, isUpdateTold, ...(isObserved ? { observedFrom } : {}) }];
  });
}

/** Whether a tenant is one that is followed at all; what waits until it may be called again is kept. */
export function isCallable(tenant: TenantRecord): boolean {
  return toTenantStatus(tenant) === 'Connected';
}

function isWanted(
  { tenantId }: TenantRecord,
  type: 'alert.updated' | 'alert.observed',
  { subscribers, nowMs }: FollowingFacts,
): boolean {
  return subscribers.some(
    (caller) => caller.callback?.status !== 'Unverified' && isSubscribedTo(caller, { type, tenantId }, nowMs),
  );
}

function hasAlerts({ tenantId }: TenantRecord, via: AlertVia, { linkedAtMs, nowMs }: FollowingFacts): boolean {
  const lastMs = linkedAtMs.get(linkedKey(tenantId, via));
  // So long after its last alert a tenant has none of ours that is followed.
  return lastMs !== undefined && nowMs < lastMs + linkKeptMs;
}
