import { findTable } from './tables.ts';
import { runStatements } from './tabular.ts';
import { ticksPerMs } from './ticks.ts';
import { itemsOf, UnsupportedQuery } from './syntax.ts';
import { fromCell, isKind, toJson } from './values.ts';
import type { EventStore } from '../events/store.ts';
import type { Row, Table } from './environment.ts';
import type { CheckQuery } from './language.ts';
import type { Period } from './timespan-parameter.ts';
import type { Value } from './values.ts';

export type QueryResult =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'answered'; readonly schema: readonly ResultColumn[]; readonly results: readonly object[] };

export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

export interface QueryInput {
  readonly events: EventStore;
  readonly nowMs: number;
  /** Rows of other times are not looked at, in tables that have a time. */
  readonly period: Period;
}

const maxRows = 100_000;

const typeNames: Readonly<Record<string, string>> = {
  datetime: 'DateTime',
  string: 'String',
  long: 'Int64',
  int: 'Int32',
  bool: 'Boolean',
  real: 'Double',
  decimal: 'Decimal',
  timespan: 'TimeSpan',
  guid: 'Guid',
};

/** Parsed and checked by Microsoft's library, then evaluated over the rows that are there. */
export function runQuery(check: CheckQuery, query: string, input: QueryInput): QueryResult {
  const checked = check(query);
  if (checked.kind === 'refused') return { kind: 'refused', message: checked.messages.join(' ') };
  try {
    const environment = {
      nowMs: input.nowMs,
      names: new Map(),
      findTable: (name: string) => readTable(name, input),
    };
    const { result } = runStatements(itemsOf(checked.query, 'Statements'), environment);
    if (!result) return { kind: 'refused', message: 'The query has no tabular expression.' };
    return toAnswer(result);
  } catch (error) {
    if (error instanceof UnsupportedQuery) return { kind: 'refused', message: error.message };
    throw error;
  }
}

function readTable(name: string, { events, nowMs, period }: QueryInput): Table | undefined {
  const table = findTable(name);
  if (!table) return undefined;
  const rows = events
    .rows(name, nowMs)
    .map((row): Row => new Map(table.columns.map((column) => [column.name, fromCell(row[column.name], column.type)])))
    .filter((row) => isWithin(row.get('Timestamp') ?? null, period));
  return { columns: table.columns, rows };
}

function isWithin(value: Value, { fromMs, toMs }: Period): boolean {
  if (!isKind(value, 'datetime')) return true;
  return value.ticks >= BigInt(fromMs) * ticksPerMs && value.ticks <= BigInt(Math.ceil(toMs)) * ticksPerMs;
}

function toAnswer({ columns, rows }: Table): QueryResult {
  return {
    kind: 'answered',
    schema: columns.map(({ name, type }) => ({ name, type: typeNames[type] ?? 'Object' })),
    results: rows
      .slice(0, maxRows)
      .map((row) => Object.fromEntries(columns.map((column) => [column.name, toResult(row, column)]))),
  };
}

/** Text is empty rather than null. */
function toResult(row: Row, { name, type }: ResultColumn): unknown {
  const json = toJson(row.get(name) ?? null);
  return json === null && type === 'string' ? '' : json;
}
