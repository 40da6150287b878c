import type { AlertEvent } from '../../../shared/contract/operation-result.ts';
import { ticksPerMs, toTicks } from '../../../shared/ticks.ts';
import type { Ticks } from '../../../shared/ticks.ts';
import { reachMs } from './anchor-query.ts';
import { eventTables } from './event-tables.ts';
import type { EventTable } from './event-tables.ts';
import { matchRanks } from './evidence-conditions.ts';
import type { Match } from './evidence-conditions.ts';

/** The alert that an event is chosen for. */
export interface EventQuestion {
  readonly eventTime: string;
  readonly machineId: string;
}

/**
 * The event that an alert is tied to, of the rows that an anchor query gave: exact evidence before the same process before the
 * user before what is only near, then the nearest in time (to 100 ns), then the earlier, then by table and report id, so that
 * the same rows in any order give the same event. Its time is kept as Defender wrote it. `undefined` when no row is one.
 */
export function chooseEvent(
  rows: readonly Readonly<Record<string, unknown>>[],
  question: EventQuestion,
): ChosenEvent | undefined {
  const events = rows.flatMap((row) => toRanked(row, question) ?? []);
  const [best] = events.toSorted(compareEvents);
  if (best === undefined) return undefined;
  const { table, timestamp, reportId, match } = best;
  return { event: { table, timestamp, reportId: reportId.toString(), matchedBy: matchedBy[match] }, match };
}

/** The event, and how much it has to do with the alert. */
export interface ChosenEvent {
  readonly event: AlertEvent;
  readonly match: Match;
}

interface RankedEvent {
  readonly table: EventTable;
  readonly timestamp: string;
  readonly ticks: Ticks;
  readonly distance: Ticks;
  readonly reportId: bigint;
  readonly match: Match;
}

/** A row that is not of this machine, not within reach, or not whole is no event of ours. */
function toRanked(row: Readonly<Record<string, unknown>>, question: EventQuestion): RankedEvent | undefined {
  const { Timestamp: timestamp, DeviceId: deviceId, SourceTable: source, Rank: rank } = row;
  const table = eventTables.find((name) => name === source);
  const reportId = toReportId(row['ReportId']);
  if (typeof timestamp !== 'string' || typeof deviceId !== 'string' || table === undefined) return undefined;
  if (reportId === undefined || deviceId.toLowerCase() !== question.machineId.toLowerCase()) return undefined;
  const ticks = toTicks(timestamp);
  const asked = toTicks(question.eventTime);
  const match = matches.find((name) => matchRanks[name] === rank);
  if (ticks === undefined || asked === undefined || match === undefined) return undefined;
  const distance = ticks < asked ? asked - ticks : ticks - asked;
  const reach = BigInt(match === 'Nearest' ? reachMs.nearest : reachMs.evidence) * ticksPerMs;
  return distance <= reach ? { table, timestamp, ticks, distance, reportId, match } : undefined;
}

/** A whole number, which large ones in JSON are not surely. */
function toReportId(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

function compareEvents(a: RankedEvent, b: RankedEvent): number {
  return (
    matchRanks[a.match] - matchRanks[b.match] ||
    compare(a.distance, b.distance) ||
    compare(a.ticks, b.ticks) ||
    eventTables.indexOf(a.table) - eventTables.indexOf(b.table) ||
    compare(a.reportId, b.reportId)
  );
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const matches: readonly Match[] = ['Evidence', 'Process', 'User', 'Nearest'];

/** The user is evidence too, though the weakest. */
const matchedBy: Readonly<Record<Match, AlertEvent['matchedBy']>> = {
  Evidence: 'Evidence',
  Process: 'Process',
  User: 'Evidence',
  Nearest: 'Nearest',
};
