import type { TimerHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import type { DirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { shardAt } from '../../shared/work/drain-lane.timer.ts';
import { createLimit } from '../../shared/work/limit.ts';
import { inputsOf, syncDue } from './plan/sync-due.ts';
import type { SyncReason } from './plan/sync-due.ts';
import type { SyncInputs } from './plan/sync-inputs.client.ts';
import type { SyncStates } from './plan/sync-states.store.ts';
import { toSyncOperation } from './to-sync-operation.ts';

export interface SyncTenantsOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly inputs: Pick<SyncInputs, 'readMarks'>;
  readonly states: Pick<SyncStates, 'readAll'>;
  readonly direct: Pick<DirectRows, 'readMarks'>;
  readonly work: Pick<Work, 'accept' | 'drain'>;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  readonly newId: () => string;
  readonly now: Clock;
  readonly log: Log;
  /** How many timers the lane has; this is its first. */
  readonly timersPerLane?: number;
}

/** The next tick comes in a minute. */
const budgetMs = 45_000;
/** Of that for asking; whom it does not reach is still due at the next tick. */
const askingMs = 20_000;
const asksAtOnce = 16;

/**
 * Makes the handler of the timer `syncTenants`: asks for a sync wherever something changed, then carries what is due. When nothing
 * changed, that is a handful of queries for all tenants together, and none of a tenant's own.
 */
export function createSyncTenants(options: SyncTenantsOptions): TimerHandler {
  const { work, now, log } = options;
  return async () => {
    const startMs = now();
    const limit = createLimit(asksAtOnce);
    const wanted = await tenantsToSync(options);
    await Promise.all(
      wanted.map((each) => limit(async () => (now() < startMs + askingMs ? ask(options, each) : undefined))),
    );
    const leftMs = Math.max(0, startMs + budgetMs - now());
    const { carried } = await work.drain('sync', { budgetMs: leftMs, ...shardAt(0, options) });
    log.info('lane.drained', { lane: 'sync', carried });
  };
}

interface Wanted {
  readonly tenant: TenantRecord;
  readonly why: SyncReason;
}

async function tenantsToSync(options: SyncTenantsOptions): Promise<readonly Wanted[]> {
  const { tenants, inputs, states, direct, ownNames, now } = options;
  const [all, marks, known, asked] = await Promise.all([
    tenants.listAll(),
    inputs.readMarks(),
    states.readAll(),
    direct.readMarks(),
  ]);
  return all.flatMap(({ document: tenant }) => {
    if (toTenantStatus(tenant) !== 'Connected') return [];
    const { tenantId } = tenant;
    const sum = inputsOf(tenant, marks, { direct: asked.get(tenantId), ownNames });
    const why = syncDue(tenantId, sum, { state: known.get(tenantId), nowMs: now() });
    return why === undefined ? [] : [{ tenant, why }];
  });
}

async function ask({ work, newId, log }: SyncTenantsOptions, { tenant, why }: Wanted): Promise<void> {
  const { tenantId } = tenant;
  try {
    const accepted = await work.accept({ ...toSyncOperation(tenant, { id: newId() }), isLeftToTimer: true });
    if (accepted.outcome === 'accepted') log.info('sync.requested', { tenantId, why });
  } catch (error) {
    // One tenant's trouble is not the others'; it is still due at the next tick.
    log.error('sync.unasked', { tenantId, why, error });
  }
}
