import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { indicatorKey } from '../../shared/indicators/feed-item.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { clientId, openInstance, otherTenantId, serveFeeds, tenantId } from './indicator-sync.ts';
import type { Instance, InstanceChanges } from './indicator-sync.ts';
import { freshTables } from './storage.ts';

/**
 * Some hours before the tenants' own time of day for being reconciled; and long ago, so that no library keeps the identity's tokens by
 * the real time: a test may move the clock by weeks, and the next one back.
 */
export const startMs = Date.parse('2025-03-03T04:00:00Z');

const emptyInput = tenantInputSchema.parse({});

/** One instance over empty tables and a simulator without indicators, one tenant connected and live with no reserve, and a clock that stands still. */
export async function setUpIndicatorSync(simulator: Simulator, changes: InstanceChanges = {}) {
  const { control } = simulator;
  control.faults.clear();
  control.switches.reset();
  control.clock.freeze(startMs);
  // Tokens outlive every move of the clock: what is counted is the work, not the hours.
  control.switches.change({ tokenLifetimeSeconds: 90 * 86_400 });
  for (const id of [tenantId, otherTenantId]) {
    control.tenants.consent(id, clientId, { defender: ['Ti.ReadWrite.All'] });
    control.indicators.clear(id);
  }
  control.quotas.clear();
  const tables = await freshTables();
  const instance = await openInstance(simulator, tables, changes);
  await setPolicy(instance, { mode: 'Live', reserve: 0 });
  const server = await serveFeeds(instance);
  control.log.clear();
  return {
    ...{ control, instance, server },
    /** Another process over the same state; its Defender and stores are as they should be unless said otherwise. */
    another: (other: InstanceChanges = {}) => openInstance(simulator, tables, other),
    rows: (id = tenantId) => control.indicators.list(id),
    /** Requests of ours to Entra and Defender about a tenant since the log was cleared, as `POST /api/indicators/import`. */
    calls: (id = tenantId) => callsOf(simulator, id),
  };
}

export type SyncWorld = Awaited<ReturnType<typeof setUpIndicatorSync>>;

/** Changes a tenant of the registry, or adds it. */
export async function changeTenant(
  { tenants }: Pick<Instance, 'tenants'>,
  changes: Partial<TenantRecord>,
  id = tenantId,
): Promise<void> {
  await tenants.change(id, (current) => ({ ...(current ?? toNewTenant(id, emptyInput)), ...changes }));
}

/** The tenant is connected, with this policy for indicators. */
export async function setPolicy(instance: Pick<Instance, 'tenants'>, indicators: object, id = tenantId): Promise<void> {
  const { policy } = tenantInputSchema.parse({ policy: { indicators } });
  await changeTenant(instance, { policy, connection: 'Connected' }, id);
}

/** The SDK reads Entra's metadata besides, which is no call of ours. */
function callsOf({ control }: Simulator, id: string): string[] {
  return control.log
    .entries()
    .filter(({ path, tenantId: of }) => path.startsWith(`/${id}/oauth2/`) || (path.startsWith('/api/') && of === id))
    .map(({ method, path, query }) => `${method} ${path.replace(`/${id}`, '')}${query === '' ? '' : '?'}`);
}

/** Rows by type and value, with their makers and actions, sorted: two of the same show as two. */
export function shown(rows: ReturnType<SyncWorld['rows']>): string[] {
  return rows
    .map(
      (row) =>
        `${indicatorKey(row as Parameters<typeof indicatorKey>[0])} ${row.action} ${row.createdBy === clientId ? 'ours' : row.createdBy}`,
    )
    .sort();
}
