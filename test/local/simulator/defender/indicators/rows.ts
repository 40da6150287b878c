import type { IndicatorResource } from './resource.ts';

type Valued = Pick<IndicatorResource, 'indicatorType' | 'indicatorValue'>;

/** Rows in the order of their making, found by id and by type and value. */
export interface IndicatorRows {
  all(): readonly IndicatorResource[];
  count(): number;
  get(id: string): IndicatorResource | undefined;
  withSameValue(valued: Valued): readonly IndicatorResource[];
  /** Adds a row, or replaces the one with its id. */
  put(row: IndicatorResource): IndicatorResource;
  remove(row: IndicatorResource): void;
  /** Drops what has expired by now. */
  expire(nowMs: number): void;
  clear(): void;
}

export function createIndicatorRows(): IndicatorRows {
  const rows = new Map<string, IndicatorResource>();
  const idsByValue = new Map<string, Set<string>>();
  let nextExpiry = Infinity;
  const remove = (row: IndicatorResource): void => {
    rows.delete(row.id);
    idsByValue.get(keyOf(row))?.delete(row.id);
  };
  return {
    all: () => [...rows.values()],
    count: () => rows.size,
    get: (id) => rows.get(id),
    withSameValue: (valued) => [...(idsByValue.get(keyOf(valued)) ?? [])].flatMap((id) => rows.get(id) ?? []),
    put: (row) => {
      rows.set(row.id, row);
      idsByValue.set(keyOf(row), (idsByValue.get(keyOf(row)) ?? new Set()).add(row.id));
      nextExpiry = Math.min(nextExpiry, expiryOf(row));
      return row;
    },
    remove,
    expire: (nowMs) => {
      if (nowMs < nextExpiry) return;
      [...rows.values()].filter((row) => expiryOf(row) <= nowMs).forEach(remove);
      nextExpiry = [...rows.values()].reduce((earliest, row) => Math.min(earliest, expiryOf(row)), Infinity);
    },
    clear: () => {
      rows.clear();
      idsByValue.clear();
    },
  };
}

function keyOf({ indicatorType, indicatorValue }: Valued): string {
  return `${indicatorType}|${indicatorValue}`;
}

/** Indicators go at the second. */
function expiryOf({ expirationTime }: IndicatorResource): number {
  return expirationTime === null ? Infinity : Math.floor(Date.parse(expirationTime) / 1_000) * 1_000;
}
