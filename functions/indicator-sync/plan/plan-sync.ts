import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { Ledger, LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import { compareRank } from './merge-rows.ts';
import type { PlannedRemoval, PlannedWrite, SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import { tellApart } from './tenant-rows.ts';
import type { OthersRows, TenantRow, TenantRows } from './tenant-rows.ts';
import { fingerprintOf } from '../../../shared/indicators/wanted-row.ts';
import type { LeftOut, WantedRow } from '../../../shared/indicators/wanted-row.ts';
import { planRow } from './plan-row.ts';
import type { RowStep } from './plan-row.ts';
import { planRemovals } from './plan-removals.ts';
import { expiryMs } from './row-expiry.ts';
import type { Selection } from './select-indicators.ts';

/** What Defender refused is tried again after this. */
export const refusalHoldsMs = 24 * 3_600_000;

/** What a plan is made from. */
export interface PlanInput {
  readonly selection: Selection;
  readonly ledger: Ledger;
  /** The tenant's list, complete; without it the ledger is believed. */
  readonly actual?: readonly TenantRow[];
  /** What others held when the list was last read; only asked without `actual`. */
  readonly others?: OthersRows;
  readonly appId: string;
  /** Rows a tenant can hold, and how many of them stay free. */
  readonly limit: number;
  readonly reserve: number;
  readonly now: number;
}

/**
 * What one sync does to a tenant. Only rows that the ledger or `createdBy` proves ours are changed or removed; a value that others hold is
 * never imported over, and what we hold beside theirs is withdrawn. When there are more rows than room, severity, confidence and freshness
 * decide, and of equals those that are there already stay.
 */
export function planSync(input: PlanInput): SyncPlan {
  const { ledger, now } = input;
  const tenant = input.actual && tellApart(input.actual, { appId: input.appId, ledger, now });
  const placed = place(input, tenant?.others ?? input.others ?? { count: 0, keys: new Set() });
  const steps = placed.chosen.map((row) =>
    planRow({ row, ...heldFor(row, ledger, { tenant, now }), isListed: tenant !== undefined, now }),
  );
  const chosen = new Set(placed.chosen.map(indicatorKey));
  const refused = new Set(placed.refused.map(indicatorKey));
  const leftOut = [...input.selection.leftOut, ...placed.leftOut];
  const ends = planRemovals({ ...input, tenant, chosen, refused, leftOut });
  const dues = [input.selection.changesAtMs, ...steps.map((step) => step.dueAtMs), ...placed.refused.map(retryAtMs)];
  const nextDueAtMs = dues.reduce<number>((least, ms) => Math.min(least, ms ?? Infinity), Infinity);
  return {
    add: writes(steps, 'add'),
    change: writes(steps, 'change'),
    renew: writes(steps, 'renew'),
    remove: [...surplusOf(steps, placed.chosen), ...ends.remove],
    unchanged: [...steps.flatMap((step) => (step.kind === 'unchanged' ? [step.entry] : [])), ...ends.unchanged],
    forget: ends.forget,
    leftOut,
    drift: { missing: countDrift(steps, 'missing'), changed: countDrift(steps, 'changed') },
    needsActual: tenant === undefined && [...ledger.values()].some(({ pending }) => pending === true),
    ...(nextDueAtMs === Infinity ? {} : { nextDueAtMs }),
  };
}

interface Placed {
  readonly chosen: readonly WantedRow[];
  readonly leftOut: readonly LeftOut[];
  readonly refused: readonly LedgerEntry[];
}

function place({ selection, ledger, limit, reserve, now }: PlanInput, others: OthersRows): Placed {
  const leftOut: LeftOut[] = [];
  const refused: LedgerEntry[] = [];
  const eligible = selection.wanted.filter((row) => {
    const entry = ledger.get(indicatorKey(row));
    if (others.keys.has(indicatorKey(row))) leftOut.push(toLeftOut(row, 'held_by_customer', 'others hold this value'));
    else if (entry?.refused && retryAtMs(entry) > now && entry.fingerprint === fingerprintOf(row)) {
      refused.push(entry);
      leftOut.push({ ...toLeftOut(row, 'defender_refused', row.why), failureReason: entry.refused.reason });
    } else return expiryMs(row, now) > now;
    return false;
  });
  const isHeld = (row: WantedRow) => (ledger.get(indicatorKey(row))?.indicatorId === undefined ? 0 : 1);
  const ranked = eligible.toSorted((a, b) => compareRank(a, b) || isHeld(b) - isHeld(a));
  // The old row of a value whose new words were refused stays, and takes its place.
  const standing = refused.filter((entry) => rowsOf(entry, now).length > 0).length;
  const room = Math.max(0, limit - reserve - others.count - standing);
  const why = `the tenant has room for ${room} rows of ours`;
  for (const row of ranked.slice(room)) leftOut.push(toLeftOut(row, 'over_capacity', why));
  return { chosen: ranked.slice(0, room), leftOut, refused };
}

function heldFor(row: WantedRow, ledger: Ledger, { tenant, now }: { tenant: TenantRows | undefined; now: number }) {
  const key = indicatorKey(row);
  const entry = ledger.get(key);
  return { entry, own: tenant ? (tenant.ours.get(key) ?? []) : rowsOf(entry, now) };
}

/** What the ledger believes is in the tenant for an entry. */
function rowsOf(entry: LedgerEntry | undefined, now: number): TenantRow[] {
  if (entry?.indicatorId === undefined || Date.parse(entry.expirationTime) <= now) return [];
  const { indicatorId, indicatorType, indicatorValue, action, expirationTime } = entry;
  return [{ indicatorId, indicatorType, indicatorValue, action, expirationTime }];
}

function writes(steps: readonly RowStep[], kind: 'add' | 'change' | 'renew'): PlannedWrite[] {
  return steps.flatMap((step) => (step.kind === kind ? [step.write] : []));
}

/** Second rows of ours beside the one that stays: left by a crash, or by a change of action. */
function surplusOf(steps: readonly RowStep[], rows: readonly IndicatorIdentity[]): PlannedRemoval[] {
  return steps.flatMap(({ kind, surplus }, i) =>
    surplus.map(({ indicatorId }, n) => {
      const { indicatorType, indicatorValue } = rows[i] as IndicatorIdentity;
      const isSettling = kind === 'unchanged' && n === surplus.length - 1;
      return {
        ...{ indicatorType, indicatorValue, indicatorId, why: 'a second row of ours beside the one that stays' },
        entryStays: true as const,
        ...(isSettling ? { settlesEntry: true as const } : {}),
      };
    }),
  );
}

function countDrift(steps: readonly RowStep[], drift: 'missing' | 'changed'): number {
  return steps.filter((step) => step.kind !== 'unchanged' && step.drift === drift).length;
}

function retryAtMs({ refused }: LedgerEntry): number {
  return refused ? Date.parse(refused.at) + refusalHoldsMs : Infinity;
}

function toLeftOut({ indicatorType, indicatorValue, owners }: WantedRow, code: LeftOut['code'], why: string): LeftOut {
  return { indicatorType, indicatorValue, code, owners, why };
}
