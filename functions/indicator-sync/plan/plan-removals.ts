import { indicatorTypeSchema } from '../../../shared/contract/indicator.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { Ledger, LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import type { PlannedRemoval } from '../../../shared/indicators/ledger/sync-plan.ts';
import type { TenantRows } from './tenant-rows.ts';
import type { LeftOut } from '../../../shared/indicators/wanted-row.ts';
import type { Selection } from './select-indicators.ts';

/** What decides about rows of ours that are not to stay. */
export interface RemovalFacts {
  readonly ledger: Ledger;
  readonly selection: Selection;
  readonly tenant: TenantRows | undefined;
  /** Keys of the rows that stay or come. */
  readonly chosen: ReadonlySet<string>;
  /** Keys of wanted rows that Defender lately refused: remembered, and what stands of them stays. */
  readonly refused: ReadonlySet<string>;
  readonly leftOut: readonly LeftOut[];
  readonly now: number;
}

/** What becomes of every row of ours that is not chosen. */
export interface Removals {
  readonly remove: readonly PlannedRemoval[];
  readonly forget: readonly IndicatorIdentity[];
  readonly unchanged: readonly LedgerEntry[];
}

/** Rows of ours that nobody wants any more, in a stable order. An entry whose row is gone already is only forgotten. */
export function planRemovals(facts: RemovalFacts): Removals {
  const { ledger, tenant, chosen, refused, now } = facts;
  const remove: PlannedRemoval[] = [];
  const forget: IndicatorIdentity[] = [];
  const unchanged: LedgerEntry[] = [];
  const whyGone = reasons(facts);
  for (const key of [...new Set([...ledger.keys(), ...(tenant?.ours.keys() ?? [])])].sort()) {
    if (chosen.has(key)) continue;
    const entry = ledger.get(key);
    const ids = tenant ? (tenant.ours.get(key) ?? []).map((row) => row.indicatorId) : idsOf(entry, now);
    if (entry && refused.has(key)) unchanged.push(entry);
    else if (ids.length > 0) remove.push(...removalsOf(identityOf(key), ids, whyGone(key, entry)));
    else if (entry && (tenant || entry.pending !== true)) forget.push(identityOf(key));
    else if (entry) unchanged.push(entry);
  }
  return { remove, forget, unchanged };
}

function removalsOf(identity: IndicatorIdentity, ids: readonly string[], why: string): PlannedRemoval[] {
  const last = ids.at(-1);
  return ids.map((indicatorId) => ({
    ...identity,
    ...{ indicatorId, why },
    ...(indicatorId === last ? {} : { entryStays: true as const }),
  }));
}

/** The row that the ledger believes in; one that has expired is gone by itself. */
function idsOf(entry: LedgerEntry | undefined, now: number): string[] {
  if (entry?.indicatorId === undefined || Date.parse(entry.expirationTime) <= now) return [];
  return [entry.indicatorId];
}

function reasons({ selection, leftOut }: RemovalFacts): (key: string, entry: LedgerEntry | undefined) => string {
  let left: ReadonlyMap<string, LeftOut> | undefined;
  const excepted = new Map(selection.excepted.map((row) => [indicatorKey(row), `excepted: ${row.reason}`]));
  return (key, entry) => {
    // Far more may be left out than is removed: looked up only when something is.
    left ??= new Map(leftOut.map((row) => [indicatorKey(row), row]));
    const reason = left.get(key);
    const known = excepted.get(key) ?? (reason && `${reason.code}: ${reason.why}`) ?? selection.endings.get(key);
    return known ?? (entry ? `no longer wanted by ${entry.owners.join(', ')}` : 'made by us, and wanted by nobody');
  };
}

function identityOf(key: string): IndicatorIdentity {
  const cut = key.indexOf('|');
  return { indicatorType: indicatorTypeSchema.parse(key.slice(0, cut)), indicatorValue: key.slice(cut + 1) };
}
