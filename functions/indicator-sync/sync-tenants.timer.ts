import type { TimerHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { inputsOf, syncDue } from './sync-due.ts';
import type { SyncInputs } from './sync-inputs.client.ts';
import type { SyncStates } from './sync-states.store.ts';
import { toSyncOperation } from './to-sync-operation.ts';

export interface SyncTenantsOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly inputs: Pick<SyncInputs, 'readMarks'>;
  readonly states: Pick<SyncStates, 'readAll'>;
  readonly work: Pick<Work, 'accept' | 'drain'>;
  readonly newId: () => string;
  readonly now: Clock;
  readonly log: Log;
}

/** The next tick comes in a minute. */
const budgetMs = 45_000;

/**
 * Makes the handler of the timer `syncTenants`: asks for a sync wherever something changed, then carries what is due. When nothing
 * changed, that is four queries for all tenants together, and none of a tenant's own.
 */
export function createSyncTenants(options: SyncTenantsOptions): TimerHandler {
  const { work, newId, now, log } = options;
  return async () => {
    const endMs = now() + budgetMs;
    const [tenants, marks, states] = await Promise.all([
      options.tenants.listAll(),
      options.inputs.readMarks(),
      options.states.readAll(),
    ]);
    for (const { document: tenant } of tenants) {
      if (toTenantStatus(tenant) !== 'Connected') continue;
      const { tenantId } = tenant;
      const why = syncDue(tenantId, inputsOf(tenant, marks), { state: states.get(tenantId), nowMs: now() });
      if (why === undefined) continue;
      const accepted = await work.accept({ ...toSyncOperation(tenant, { id: newId() }), isLeftToTimer: true });
      if (accepted.outcome === 'accepted') log.info('sync.requested', { tenantId, why });
    }
    const { carried, oldestDue } = await work.drain('sync', { budgetMs: Math.max(0, endMs - now()) });
    log.info('lane.drained', { lane: 'sync', carried, oldestDue });
  };
}
