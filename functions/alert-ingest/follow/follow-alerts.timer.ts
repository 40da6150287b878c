import type { TimerHandler } from '@azure/functions';
import { linkedKey } from '../../../shared/alerts/linked-key.ts';
import type { LinkedTenants } from '../../../shared/alerts/linked-tenants.store.ts';
import type { ReadSubscribers } from '../../../shared/callbacks/subscribers.store.ts';
import type { Clock } from '../../../shared/clock.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/log.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { SuspendTenant } from '../../../shared/registry/tenant-gate.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { createLimit } from '../../../shared/work/limit.ts';
import type { AlertCursors, StoredCursor } from './alert-cursors.store.ts';
import type { FollowTenant } from './follow-tenant.client.ts';
import { isCallable, planFollowing } from './plan-following.ts';
import type { Followed } from './plan-following.ts';

/** What the timer needs. */
export interface FollowAlertsOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'listAll'>;
  readonly linkedTenants: Pick<LinkedTenants, 'readAll'>;
  readonly cursors: Pick<AlertCursors, 'readAll' | 'remove'>;
  readonly readSubscribers: ReadSubscribers;
  readonly followTenant: FollowTenant;
  readonly suspend: SuspendTenant;
  readonly now: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/** A function is stopped after five minutes (`host.json`); whom this does not reach has its turn at the next tick. */
const budgetMs = 3 * 60_000;
const tenantsAtOnce = 16;

/**
 * Makes the handler of the timer `followAlerts`: tells what was changed in tenants' alerts. Where nothing is to be followed, that is
 * a handful of queries for all tenants together, and no call to Defender.
 */
export function createFollowAlerts(options: FollowAlertsOptions): TimerHandler {
  const { now, log } = options;
  return async () => {
    const endMs = now() + budgetMs;
    const targets = await targetsOf(options);
    const limit = createLimit(tenantsAtOnce);
    const told = await Promise.all(
      targets.map((each) => limit(async () => (now() < endMs ? follow(options, each) : 0))),
    );
    if (targets.length > 0) {
      log.info('alerts.followed', { tenants: targets.length, told: told.reduce((sum, each) => sum + each, 0) });
    }
  };
}

interface Target {
  readonly followed: Followed;
  readonly stored: StoredCursor | undefined;
}

/** Begins anywhere, so that a run that is cut off does not leave out the same tenants each time. */
async function targetsOf(options: FollowAlertsOptions): Promise<readonly Target[]> {
  const { tenants, linkedTenants, cursors, readSubscribers, now, random } = options;
  const [all, subscribers, linkedAtMs, stored] = await Promise.all([
    tenants.listAll(),
    readSubscribers(),
    linkedTenants.readAll(),
    cursors.readAll(),
  ]);
  const facts = { subscribers, linkedAtMs, nowMs: now() };
  const followed = all.flatMap(({ document }) => planFollowing(document, facts));
  const keyOf = ({ tenant, via }: Followed): string => linkedKey(tenant.tenantId, via);
  await forget(options, stored, new Set(followed.map(keyOf)));
  const due = followed
    .filter(({ tenant }) => isCallable(tenant))
    .map((each) => ({ followed: each, stored: stored.get(keyOf(each)) }));
  const first = Math.floor(random() * due.length);
  return [...due.slice(first), ...due.slice(0, first)];
}

/** Who is followed no more begins anew the next time. */
async function forget(
  { cursors }: Pick<FollowAlertsOptions, 'cursors'>,
  stored: ReadonlyMap<string, StoredCursor>,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (const [key, each] of stored) if (!kept.has(key)) await cursors.remove(each);
}

/** One tenant's trouble is not the others'; its changes are still to be told at the next tick. */
async function follow(options: FollowAlertsOptions, { followed, stored }: Target): Promise<number> {
  const { followTenant, suspend, log } = options;
  const { via } = followed;
  const { tenantId } = followed.tenant;
  try {
    return await followTenant(followed, stored);
  } catch (error) {
    if (error instanceof TenantSuspended) await suspend(error);
    else if (error instanceof UpstreamUnavailable && error.throttled) log.info('alerts.postponed', { tenantId, via });
    else log.error('alerts.unread', { tenantId, via, error });
    return 0;
  }
}
