import type { AlertCreated } from '../../../shared/contract/alert.ts';
import { ticksPerMs, toTicks } from '../../../shared/ticks.ts';
import type { Ticks } from '../../../shared/ticks.ts';
import { eventTables } from './event-tables.ts';
import { matchRanks, toEvidenceConditions } from './evidence-conditions.ts';
import type { EvidenceCondition } from './evidence-conditions.ts';
import { withoutOwn } from './evidence-values.ts';
import { quoteKql, toKqlTime } from './quote-kql.ts';

/** How far from an alert's time an event may be: what fits the evidence, and what is only near (contract §11). */
export const reachMs = { evidence: 60 * 60_000, nearest: 15 * 60_000 } as const;

/** Of each table, match and side of the time: the nearest is among them, and those of the very same moment. */
const rowsPerLeg = 10;

/**
 * The hunting query for the event behind an alert: one, however much evidence there is. `undefined` when the evidence holds
 * nothing to look for. Columns: `Timestamp`, `DeviceId`, `ReportId`, `SourceTable`, `Rank` (see `matchRanks`).
 */
export function toEvidenceQuery(
  { eventTime, evidence, machine }: Pick<AlertCreated, 'eventTime' | 'evidence' | 'machine'>,
  found: { readonly id: string; readonly computerDnsName?: string },
): string | undefined {
  const conditions = toEvidenceConditions(withoutOwn(evidence, machine, found));
  if (conditions.length === 0) return undefined;
  return toQuery(conditions, { eventTime, machineId: found.id, reachMs: reachMs.evidence });
}

/** The hunting query for whatever happened on the machine nearest to the alert's time. The same columns. */
export function toNearestQuery(eventTime: string, machineId: string): string {
  const conditions = eventTables.map((table) => ({ table, match: 'Nearest', where: undefined }) as const);
  return toQuery(conditions, { eventTime, machineId, reachMs: reachMs.nearest });
}

type Condition = Omit<EvidenceCondition, 'where'> & { readonly where: string | undefined };

interface Around {
  readonly eventTime: string;
  readonly machineId: string;
  readonly reachMs: number;
}

/** Events before the time and from it on, apart: the nearest of each side are the first by time alone. */
function toQuery(conditions: readonly Condition[], { eventTime, machineId, reachMs: reach }: Around): string {
  const at = toTicks(eventTime);
  if (at === undefined) throw new RangeError('Not a time.');
  const reachTicks = BigInt(reach) * ticksPerMs;
  const side = (from: Ticks, to: Ticks, order: 'asc' | 'desc'): string => {
    const period = `DeviceId == ${quoteKql(machineId)} and Timestamp >= ${toKqlTime(from)} and Timestamp < ${toKqlTime(to)}`;
    return conditions.map((condition) => toLeg(condition, period, order)).join(', ');
  };
  return `union ${side(at - reachTicks, at, 'desc')}, ${side(at, at + reachTicks + 1n, 'asc')}`;
}

function toLeg({ table, match, where }: Condition, period: string, order: 'asc' | 'desc'): string {
  const filter = where === undefined ? '' : ` | where ${where}`;
  const columns = `Timestamp, DeviceId, ReportId, SourceTable = "${table}", Rank = ${matchRanks[match]}`;
  return `(${table} | where ${period}${filter} | top ${rowsPerLeg} by Timestamp ${order} | project ${columns})`;
}
