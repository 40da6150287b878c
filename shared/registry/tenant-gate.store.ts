import { toTenantEvent } from '../callbacks/tenant-event.ts';
import type { Tell } from '../callbacks/tell.store.ts';
import { isWithin } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { toTime } from '../contract/primitives.ts';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Carry, Gate } from '../work/carry.ts';
import { createSingleFlight } from '../work/single-flight.ts';
import type { Documents } from './documents.store.ts';
import { isLeaving, toSuspended } from './tenant-record.ts';
import type { TenantRecord } from './tenant-record.ts';

/** The gate is asked for every operation shown or carried; a pause may count a few seconds late, a suspension is found out by itself. */
const keptMs = 5_000;
/** When a tenant that was found to be suspended is looked at again: by then nobody remembers it as open. */
const recheckMs = keptMs;

export interface TenantGateOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly now: Clock;
}

/**
 * Tells whether a tenant's Defender may be called: yes while it is connected. A tenant on its way out is open too, so that its operations
 * end: their carries send nothing more, but for the removal's own. Only "yes" is remembered: whom a drain finds closed it leaves alone
 * for minutes, and that must not follow from how things were.
 */
export function createTenantGate({ tenants, now }: TenantGateOptions): (tenantId: string) => Promise<Gate> {
  const openAtMs = new Map<string, number>();
  const once = createSingleFlight<Gate>();
  const read = async (tenantId: string): Promise<Gate> => {
    const gate = toGate((await tenants.get(tenantId))?.document);
    if (gate === 'open') openAtMs.set(tenantId, now());
    return gate;
  };
  return async (tenantId) => {
    const isKnownOpen = isWithin(now() - (openAtMs.get(tenantId) ?? -Infinity), keptMs);
    return isKnownOpen ? 'open' : once(tenantId, () => read(tenantId));
  };
}

/** Suspends the tenant that let us in no more; `false`: there is no such tenant. */
export type SuspendTenant = (error: TenantSuspended) => Promise<boolean>;

export interface SuspendTenantOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly tell: Tell;
  readonly now: Clock;
  readonly log: Log;
}

/** Creates the suspension. Several operations of a tenant find it out in the same moment: it happens, and is told, once. */
export function createSuspendTenant({ tenants, tell, now, log }: SuspendTenantOptions): SuspendTenant {
  const once = createSingleFlight<boolean>();
  const suspend = async ({ tenantId, reason }: TenantSuspended): Promise<boolean> => {
    const before = (await tenants.get(tenantId))?.document;
    if (before === undefined) return false;
    const event = toTenantEvent(before, toSuspended(before, reason), toTime(now()));
    if (event !== undefined) await tell(event);
    await tenants.change(tenantId, (current = before) => toSuspended(current, reason));
    log.warn('tenant.suspended', { tenantId, code: reason });
    return true;
  };
  return (error) => once(error.tenantId, () => suspend(error));
}

/** A carry whose tenant turns out to let us in no more: the tenant is suspended, and the operation waits without an attempt. */
export function suspending(carry: Carry, suspend: SuspendTenant): Carry {
  return async (carried, tools) => {
    try {
      return await carry(carried, tools);
    } catch (error) {
      if (!(error instanceof TenantSuspended) || !(await suspend(error))) throw error;
      const { message, upstream } = error;
      throw new UpstreamUnavailable(message, { retryAfterMs: recheckMs, throttled: true, upstream, cause: error });
    }
  };
}

function toGate(record: TenantRecord | undefined): Gate {
  if (record === undefined) return 'Suspended';
  if (isLeaving(record)) return 'open';
  if (record.connection !== 'Connected') return 'Suspended';
  return record.paused ? 'Paused' : 'open';
}
