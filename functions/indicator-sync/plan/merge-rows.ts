import type { IndicatorAction, IndicatorSeverity } from '../../../shared/contract/indicator.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import { isDirect } from '../../../shared/indicators/wanted-row.ts';
import type { WantedRow } from '../../../shared/indicators/wanted-row.ts';

const strictness: readonly IndicatorAction[] = ['Audit', 'Warn', 'Block', 'BlockAndRemediate', 'Allowed'];
const severities: readonly IndicatorSeverity[] = ['Informational', 'Low', 'Medium', 'High'];

/**
 * Several owners of one value make one row (contract §12): `Allowed` beats all, then the strictest action wins, then severity, then
 * confidence. The winner says what the row says; all of them own it.
 */
export function mergeRows(rows: readonly WantedRow[]): WantedRow[] {
  const merged = new Map<string, WantedRow>();
  for (const row of rows) {
    const key = indicatorKey(row);
    const other = merged.get(key);
    merged.set(key, other === undefined ? row : combine(other, row));
  }
  return [...merged.values()];
}

/**
 * Most important first: what was asked for directly, because no feed undoes what somebody decided; then severity, confidence, freshness
 * (contract §12). 0 when they are equal.
 */
export function compareRank(a: WantedRow, b: WantedRow): number {
  return (
    directRank(b) - directRank(a) ||
    severityRank(b) - severityRank(a) ||
    b.confidence - a.confidence ||
    b.sinceMs - a.sinceMs
  );
}

function combine(a: WantedRow, b: WantedRow): WantedRow {
  const [winner, loser] = compareStrictness(a, b) <= 0 ? [a, b] : [b, a];
  const { changesAtMs: _changesAtMs, ...said } = winner;
  const changes = [a.changesAtMs, b.changesAtMs].filter((ms) => ms !== undefined);
  return {
    ...said,
    why: `${winner.why}${defeatOf(winner, loser)}`,
    owners: [...new Set([...a.owners, ...b.owners])].sort(),
    ...(changes.length === 0 ? {} : { changesAtMs: Math.min(...changes) }),
  };
}

/** Whoever allows a value is told which blocks that takes the effect from (contract §11). */
function defeatOf(winner: WantedRow, loser: WantedRow): string {
  if (winner.action !== 'Allowed' || loser.action === 'Allowed') return '';
  return `; defeats ${loser.action} of ${loser.owners.join(', ')}`;
}

function compareStrictness(a: WantedRow, b: WantedRow): number {
  return (
    strictness.indexOf(b.action) - strictness.indexOf(a.action) ||
    severityRank(b) - severityRank(a) ||
    b.confidence - a.confidence ||
    (a.why < b.why ? -1 : 1)
  );
}

function directRank(row: WantedRow): number {
  return isDirect(row) ? 1 : 0;
}

function severityRank(row: WantedRow): number {
  return severities.indexOf(row.severity);
}
