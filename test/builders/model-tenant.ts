import { indicatorKey } from '../../shared/indicators/feed-item.ts';
import type { Ledger } from '../../shared/indicators/ledger/ledger.ts';
import {
  ledgerAfterRemovals,
  ledgerAfterWrites,
  ledgerWithIntent,
} from '../../shared/indicators/ledger/next-ledger.ts';
import type { WriteOutcome } from '../../shared/indicators/ledger/next-ledger.ts';
import type { PlannedWrite, SyncPlan } from '../../shared/indicators/ledger/sync-plan.ts';
import type { TenantRow } from '../../functions/indicator-sync/plan/tenant-rows.ts';

/** A tenant as far as plans can tell: a list of rows, and the two readings of what makes two rows the same one. */
export interface ModelTenant {
  rows: TenantRow[];
  readonly limit: number;
  readonly appId: string;
  /** Whether the action is part of a row's identity; not documented, so a plan has to hold for both. */
  readonly isActionIdentity: boolean;
  /** Most rows it ever held. */
  most: number;
  nextId: number;
}

/** An empty tenant, or one with rows of others. */
export function modelTenant(
  options: Pick<ModelTenant, 'limit' | 'appId' | 'isActionIdentity'>,
  rows: TenantRow[] = [],
): ModelTenant {
  return { ...options, rows, most: rows.length, nextId: 1000 };
}

/** How far an application gets before the process dies; every call is one step. */
export interface Steps {
  left: number;
}

/** Carries a plan out, call by call, and gives the ledger that was written last. */
export function applyPlan(
  tenant: ModelTenant,
  work: { ledger: Ledger; plan: SyncPlan; now: number; steps?: Steps },
): Ledger {
  const { plan, now, steps = { left: Infinity } } = work;
  let ledger = ledgerWithIntent(work.ledger, plan, now);
  const call = (): boolean => (steps.left -= 1) >= 0;
  for (const removal of plan.remove) {
    if (!call()) return ledger;
    remove(tenant, removal.indicatorId);
    if (!call()) return ledger;
    ledger = ledgerAfterRemovals(ledger, [removal]);
  }
  for (const write of [...plan.change, ...plan.renew, ...plan.add]) {
    if (!call()) return ledger;
    let outcome = importRow(tenant, write);
    if ('failureReason' in outcome && write.changesAction === true) {
      for (const id of write.replaces) remove(tenant, id);
      outcome = importRow(tenant, write);
    }
    if (!call()) return ledger;
    const answered = 'indicatorId' in outcome ? outcome.indicatorId : undefined;
    for (const id of write.replaces) if (id !== answered) remove(tenant, id);
    if (!call()) return ledger;
    ledger = ledgerAfterWrites(ledger, [{ write, outcome }], now);
  }
  return ledger;
}

/** What a list of the tenant shows. */
export function listRows(tenant: ModelTenant, now: number): TenantRow[] {
  tenant.rows = tenant.rows.filter((row) => row.expirationTime === undefined || Date.parse(row.expirationTime) > now);
  return tenant.rows.map((row) => ({ ...row }));
}

function importRow(tenant: ModelTenant, { row, expirationTime }: PlannedWrite): WriteOutcome {
  const { indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames } = row;
  const said = { indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames };
  const same = tenant.rows.find((held) => isSameRow(tenant, held, row));
  if (!same && tenant.rows.length >= tenant.limit) return { failureReason: 'The limit is reached.' };
  const indicatorId = same?.indicatorId ?? String((tenant.nextId += 1));
  const createdBy = same?.createdBy ?? tenant.appId;
  tenant.rows = [...tenant.rows.filter((held) => held !== same), { ...said, indicatorId, createdBy, expirationTime }];
  tenant.most = Math.max(tenant.most, tenant.rows.length);
  return { indicatorId };
}

function isSameRow(tenant: ModelTenant, held: TenantRow, row: PlannedWrite['row']): boolean {
  const groups = (names: readonly string[] | undefined) => [...(names ?? [])].sort().join();
  const sameValue = held.indicatorType === row.indicatorType && held.indicatorValue === row.indicatorValue;
  const sameScope = groups(held.rbacGroupNames) === groups(row.rbacGroupNames);
  return sameValue && sameScope && (!tenant.isActionIdentity || held.action === row.action);
}

function remove(tenant: ModelTenant, indicatorId: string): void {
  tenant.rows = tenant.rows.filter((row) => row.indicatorId !== indicatorId);
}

/** Keys of rows, sorted. */
export function keysOf(rows: readonly Pick<PlannedWrite['row'], 'indicatorType' | 'indicatorValue'>[]): string[] {
  return rows.map(indicatorKey).sort();
}
