import { toSevenDigits } from '../hunting/ticks.ts';
import { findTable } from '../hunting/tables.ts';
import type { HuntingColumn } from '../hunting/tables.ts';

/** Column → JSON value; columns that are not there are empty. */
export type EventRow = Readonly<Record<string, unknown>>;

/** Rows of a hunting table, as control takes them. */
export interface EventSeed {
  readonly table: string;
  readonly rows: readonly EventRow[];
  /** ISO 8601: no query and no alert sees them before. Visible at once when absent. */
  readonly visibleAt?: string;
}

export interface StoredEvent {
  readonly table: string;
  readonly row: EventRow;
  readonly visibleAt: string | null;
}

/** What the machines of one tenant have reported. */
export interface EventStore {
  list(): readonly StoredEvent[];
  /** The rows of a table that can be seen by now. */
  rows(table: string, nowMs: number): readonly EventRow[];
  /** Throws a `RangeError` on a table, a column or a value that the schema does not know. */
  add(seed: EventSeed, nowMs: number): readonly StoredEvent[];
  /** Instead of the rows that the table has. */
  replace(seed: EventSeed, nowMs: number): readonly StoredEvent[];
  /** All tables, or one. */
  clear(table?: string): void;
}

export type EventStoreOf = (tenantId: string) => EventStore;

/** One store per tenant. */
export function createEventStores(): EventStoreOf {
  const stores = new Map<string, EventStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createEventStore();
    stores.set(key, store);
    return store;
  };
}

function createEventStore(): EventStore {
  let events: readonly StoredEvent[] = [];
  let lastReportId = 1_000;
  const toEvents = ({ table, rows, visibleAt }: EventSeed, nowMs: number): readonly StoredEvent[] => {
    if (!findTable(table)) throw new RangeError(`There is no table ${table}.`);
    if (!Array.isArray(rows)) throw new RangeError('The body needs a list "rows".');
    const defaults = { Timestamp: new Date(nowMs).toISOString() };
    return rows.map((row: EventRow) => ({
      table,
      row: toRow(table, { ...defaults, ReportId: (lastReportId += 1), ...row }),
      visibleAt: visibleAt === undefined ? null : toSevenDigits(visibleAt),
    }));
  };
  return {
    list: () => events,
    rows: (table, nowMs) =>
      events
        .filter((event) => event.table === table && (event.visibleAt === null || Date.parse(event.visibleAt) <= nowMs))
        .map(({ row }) => row),
    add: (seed, nowMs) => {
      const added = toEvents(seed, nowMs);
      events = [...events, ...added];
      return added;
    },
    replace: (seed, nowMs) => {
      const added = toEvents(seed, nowMs);
      events = [...events.filter(({ table }) => table !== seed.table), ...added];
      return added;
    },
    clear: (table) => {
      events = table === undefined ? [] : events.filter((event) => event.table !== table);
    },
  };
}

const given = ['Timestamp', 'ReportId'];

function toRow(tableName: string, row: EventRow): EventRow {
  const columns = new Map(findTable(tableName)?.columns.map((column) => [column.name, column]));
  const cells = Object.entries(row).flatMap(([name, value]) => {
    const column = columns.get(name);
    if (column) return [[name, toCell(column, value)]];
    if (given.includes(name)) return [];
    throw new RangeError(`Table ${tableName} has no column ${name}.`);
  });
  return Object.fromEntries(cells) as EventRow;
}

function toCell({ name, type }: HuntingColumn, value: unknown): unknown {
  if (value === null || type === 'dynamic') return value;
  if (type === 'datetime' && typeof value === 'string') return toSevenDigits(value);
  const isNumber = ['int', 'long', 'real', 'double', 'decimal'].includes(type);
  if (isNumber && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  // `ReportId` is text in the tables of mail, a number in those of machines.
  if (type === 'string' && name === 'ReportId' && typeof value === 'number') return String(value);
  const wanted = type === 'bool' ? 'boolean' : isNumber ? 'number' : 'string';
  if (typeof value !== wanted || type === 'datetime') {
    throw new RangeError(`Column ${name} is of type ${type}: ${JSON.stringify(value)} does not fit.`);
  }
  return value;
}
