import { toTime } from '../../../shared/contract/primitives.ts';
import type { LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import type { PlannedWrite } from '../../../shared/indicators/ledger/sync-plan.ts';
import { hasActionAndScope, showsContent } from './tenant-rows.ts';
import type { TenantRow } from './tenant-rows.ts';
import { fingerprintOf } from '../../../shared/indicators/wanted-row.ts';
import type { WantedRow } from '../../../shared/indicators/wanted-row.ts';
import { dueAtMs, expiryMs, needsRenewal } from './row-expiry.ts';

/** What is known of a value that the tenant should hold. */
export interface RowFacts {
  readonly row: WantedRow;
  readonly entry: LedgerEntry | undefined;
  /** Our rows with that value: from the tenant's list, or, without one, what the ledger says. */
  readonly own: readonly TenantRow[];
  readonly isListed: boolean;
  readonly now: number;
}

/** What to do about one value. */
export type RowStep =
  | {
      readonly kind: 'add' | 'change' | 'renew';
      readonly write: PlannedWrite;
      readonly dueAtMs: number;
      readonly drift?: 'missing' | 'changed';
      readonly surplus: readonly TenantRow[];
    }
  | {
      readonly kind: 'unchanged';
      readonly entry: LedgerEntry;
      readonly dueAtMs: number;
      readonly surplus: readonly TenantRow[];
    };

/** Compares what the tenant should hold with what it holds because of us. */
export function planRow(facts: RowFacts): RowStep {
  const { row, entry, own, isListed, now } = facts;
  const fingerprint = fingerprintOf(row);
  const isTrusted =
    entry !== undefined && entry.pending !== true && !entry.refused && entry.fingerprint === fingerprint;
  const current = own.find((shown) =>
    isTrusted && shown.indicatorId === entry.indicatorId
      ? hasActionAndScope(shown, row)
      : isListed && showsContent(shown, row),
  );
  if (current) return planCurrent(facts, current, fingerprint);
  const wasThere = isTrusted && isListed && Date.parse(entry.expirationTime) > now;
  const drift = wasThere ? { drift: own.length > 0 ? ('changed' as const) : ('missing' as const) } : {};
  return { kind: own.length > 0 ? 'change' : 'add', ...writeOf(facts, fingerprint, own), ...drift, surplus: [] };
}

function planCurrent(facts: RowFacts, current: TenantRow, fingerprint: string): RowStep {
  const { row, entry, own, now } = facts;
  const surplus = own.filter((shown) => shown !== current);
  const endsAtMs = Date.parse(current.expirationTime ?? '');
  if (needsRenewal(row, endsAtMs, now)) return { kind: 'renew', ...writeOf(facts, fingerprint, [current]), surplus };
  const { indicatorType, indicatorValue, action, owners } = row;
  const held = {
    ...{ indicatorType, indicatorValue, action, owners, fingerprint },
    indicatorId: current.indicatorId,
    expirationTime: toTime(endsAtMs),
    since: entry?.since ?? toTime(now),
  };
  return { kind: 'unchanged', entry: held, dueAtMs: dueAtMs(row, endsAtMs), surplus };
}

function writeOf({ row, entry, now }: RowFacts, fingerprint: string, replaced: readonly TenantRow[]) {
  const endsAtMs = expiryMs(row, now);
  const replaces = replaced.map(({ indicatorId }) => indicatorId);
  const more = {
    ...(replaced.some(({ action }) => action !== row.action) ? { changesAction: true as const } : {}),
    ...(entry === undefined || entry.refused ? {} : { since: entry.since }),
  };
  const write: PlannedWrite = { row, expirationTime: toTime(endsAtMs), fingerprint, replaces, ...more };
  return { write, dueAtMs: dueAtMs(row, endsAtMs) };
}
