import type { Clock } from '../clock.ts';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Carry, Gate } from '../work/carry.ts';
import type { Documents } from './documents.store.ts';
import { toSuspended } from './tenant-record.ts';
import type { TenantRecord } from './tenant-record.ts';

/** The gate is asked for every operation shown or carried; a pause may count a few seconds late, a suspension is found out by itself. */
const keptMs = 5_000;

export interface TenantGateOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly now: Clock;
}

/** Tells whether a tenant's Defender may be called: yes while it is connected and while it is being removed. */
export function createTenantGate({ tenants, now }: TenantGateOptions): (tenantId: string) => Promise<Gate> {
  const known = new Map<string, { readonly gate: Gate; readonly untilMs: number }>();
  return async (tenantId) => {
    const kept = known.get(tenantId);
    if (kept && kept.untilMs > now()) return kept.gate;
    const gate = toGate((await tenants.get(tenantId))?.document);
    known.set(tenantId, { gate, untilMs: now() + keptMs });
    return gate;
  };
}

/** A carry whose tenant turns out to let us in no more: the tenant is suspended, and the operation waits without an attempt. */
export function suspending(
  carry: Carry,
  { tenants, log }: { readonly tenants: Documents<TenantRecord>; readonly log: Log },
): Carry {
  return async (carried, tools) => {
    try {
      return await carry(carried, tools);
    } catch (error) {
      if (!(error instanceof TenantSuspended)) throw error;
      const { tenantId, reason, upstream } = error;
      if ((await tenants.get(tenantId)) === undefined) throw error;
      await tenants.change(tenantId, (current) => {
        if (current === undefined) throw error;
        return toSuspended(current, reason);
      });
      log.warn('tenant.suspended', { tenantId, code: reason });
      throw new UpstreamUnavailable(error.message, { retryAfterMs: keptMs, throttled: true, upstream, cause: error });
    }
  };
}

function toGate(record: TenantRecord | undefined): Gate {
  if (record === undefined) return 'Suspended';
  if (record.connection === 'Removing') return 'open';
  if (record.connection !== 'Connected') return 'Suspended';
  return record.paused ? 'Paused' : 'open';
}
