import { fromJson, isKind, keyOf, order, timespanOf, toJson, toNumber } from './values.ts';
import type { Value } from './values.ts';

/** Over the arguments of each row of a group. */
type Aggregate = (rows: readonly (readonly Value[])[]) => Value;

/** All but `arg_min` and `arg_max`, which give several columns. Nothing (null) does not count. */
export const aggregates: Readonly<Record<string, Aggregate>> = {
  count: (rows) => rows.length,
  countif: (rows) => rows.filter(([condition]) => condition === true).length,
  dcount: (rows) => distinct(firsts(rows)).length,
  dcountif: (rows) => distinct(firsts(onlyIf(rows))).length,
  count_distinct: (rows) => distinct(firsts(rows)).length,
  sum: (rows) => sum(firsts(rows)),
  sumif: (rows) => sum(firsts(onlyIf(rows))),
  avg: (rows) => average(firsts(rows)),
  avgif: (rows) => average(firsts(onlyIf(rows))),
  min: (rows) => extreme(firsts(rows), -1),
  max: (rows) => extreme(firsts(rows), 1),
  minif: (rows) => extreme(firsts(onlyIf(rows)), -1),
  maxif: (rows) => extreme(firsts(onlyIf(rows)), 1),
  any: (rows) => rows[0]?.[0] ?? null,
  take_any: (rows) => rows[0]?.[0] ?? null,
  make_set: (rows) => list(distinct(filled(rows)), rows[0]?.[1]),
  make_set_if: (rows) => list(distinct(filled(onlyIf(rows))), rows[0]?.[2]),
  make_list: (rows) => list(filled(rows), rows[0]?.[1]),
  make_list_if: (rows) => list(filled(onlyIf(rows)), rows[0]?.[2]),
};

type Rows = readonly (readonly Value[])[];

function firsts(rows: Rows): readonly Value[] {
  return rows.flatMap(([value = null]) => (value === null ? [] : [value]));
}

/** Lists leave empty text out, too. */
function filled(rows: Rows): readonly Value[] {
  return firsts(rows).filter((value) => value !== '');
}

function onlyIf(rows: Rows): Rows {
  return rows.filter(([, condition]) => condition === true);
}

function distinct(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

function list(values: readonly Value[], limit: Value | undefined): Value {
  return fromJson(values.slice(0, typeof limit === 'number' ? limit : undefined).map(toJson));
}

function sum(values: readonly Value[]): Value {
  if (values.some((value) => isKind(value, 'timespan'))) {
    return timespanOf(values.reduce((total, value) => total + (isKind(value, 'timespan') ? value.ticks : 0n), 0n));
  }
  return values.reduce<number>((total, value) => total + (toNumber(value) ?? 0), 0);
}

function average(values: readonly Value[]): Value {
  if (values.length === 0) return null;
  const total = sum(values);
  if (isKind(total, 'timespan')) return timespanOf(total.ticks / BigInt(values.length));
  return (toNumber(total) ?? 0) / values.length;
}

function extreme(values: readonly Value[], direction: -1 | 1): Value {
  return values.reduce<Value>(
    (best, value) => (best === null || (order(value, best) ?? 0) * direction > 0 ? value : best),
    null,
  );
}
