import { unsupported } from './syntax.ts';
import { ticksPerMs, toTimeText } from './ticks.ts';
import { isKind, momentOf, timespanOf, toNumber, toText } from './values.ts';
import type { ScalarFunction, ScalarFunctions } from './functions.ts';
import type { Moment, Value } from './values.ts';

const dayTicks = 864_000_000_000n;
const partTicks: Readonly<Record<string, bigint>> = {
  week: 7n * dayTicks,
  day: dayTicks,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  millisecond: 10_000n,
  microsecond: 10n,
};
/** Bins are counted from the year 1. */
const yearOne = 719_162n * dayTicks;
/** 1970 began on a Thursday, weeks begin on Sunday. */
const weekOffset = 4n * dayTicks;

const bin: ScalarFunction = ([value = null, size = 1]) => {
  if (isKind(value, 'datetime') && isKind(size, 'timespan'))
    return moment(floorTo(value.ticks + yearOne, size.ticks) - yearOne);
  if (isKind(value, 'timespan') && isKind(size, 'timespan')) return timespanOf(floorTo(value.ticks, size.ticks));
  const [number, step] = [toNumber(value), toNumber(size)];
  return number === null || step === null || step <= 0 ? null : Math.floor(number / step) * step;
};

export const timeFunctions: ScalarFunctions = {
  now: ([offset = null], { nowMs }) => shift(momentOf(nowMs), offset, 1n),
  ago: ([span = null], { nowMs }) => shift(momentOf(nowMs), span, -1n),
  bin,
  floor: bin,
  startofday: ([value = null]) => ofMoment(value, (ticks) => moment(floorTo(ticks, dayTicks))),
  endofday: ([value = null]) => ofMoment(value, (ticks) => moment(floorTo(ticks, dayTicks) + dayTicks - 1n)),
  startofweek: ([value = null]) =>
    ofMoment(value, (ticks) => moment(floorTo(ticks + weekOffset, 7n * dayTicks) - weekOffset)),
  hourofday: ([value = null]) => ofMoment(value, (ticks) => dateOf(ticks).getUTCHours()),
  dayofweek: ([value = null]) => ofMoment(value, (ticks) => timespanOf(BigInt(dateOf(ticks).getUTCDay()) * dayTicks)),
  datetime_diff: ([unit = '', left = null, right = null]) => {
    if (!isKind(left, 'datetime') || !isKind(right, 'datetime')) return null;
    return countParts(toText(unit).toLowerCase(), left.ticks, right.ticks);
  },
  datetime_add: ([unit = '', amount = null, value = null]) => {
    const ticks = partTicks[toText(unit).toLowerCase()] ?? unsupported(`datetime_add('${toText(unit)}')`);
    const count = toNumber(amount);
    return count === null ? null : ofMoment(value, (at) => moment(at + BigInt(Math.trunc(count)) * ticks));
  },
  format_datetime: ([value = null, format = '']) => ofMoment(value, (ticks) => formatTime(ticks, toText(format))),
  unixtime_seconds_todatetime: ([value = null]) => fromEpoch(value, 1_000),
  unixtime_milliseconds_todatetime: ([value = null]) => fromEpoch(value, 1),
};

/** How many boundaries of the unit lie between the two: 10:59 and 11:00 are one hour apart. */
function countParts(unit: string, left: bigint, right: bigint): Value {
  const [a, b] = [dateOf(left), dateOf(right)];
  const months = (a.getUTCFullYear() - b.getUTCFullYear()) * 12 + a.getUTCMonth() - b.getUTCMonth();
  if (unit === 'year') return a.getUTCFullYear() - b.getUTCFullYear();
  if (unit === 'month') return months;
  if (unit === 'nanosecond') return Number((left - right) * 100n);
  const ticks = partTicks[unit] ?? unsupported(`datetime_diff('${unit}')`);
  const offset = unit === 'week' ? weekOffset : 0n;
  return Number((floorTo(left + offset, ticks) - floorTo(right + offset, ticks)) / ticks);
}

/** `yyyy-MM-dd HH:mm:ss.fff`: whatever is no part of a time stays. */
function formatTime(ticks: bigint, format: string): string {
  const [date = '', clock = ''] = toTimeText(ticks).split('T');
  const [yyyy = '', MM = '', dd = ''] = date.split('-');
  const [HH = '', mm = '', rest = ''] = clock.split(':');
  const parts: Readonly<Record<string, string>> = { yyyy, yy: yyyy.slice(2), MM, dd, HH, mm, ss: rest.slice(0, 2) };
  return format.replace(/yyyy|yy|MM|dd|HH|mm|ss|f{1,7}/g, (name) => parts[name] ?? rest.slice(3, 3 + name.length));
}

function floorTo(ticks: bigint, size: bigint): bigint {
  return size <= 0n ? ticks : ticks - (((ticks % size) + size) % size);
}

function shift(at: Moment, by: Value, sign: 1n | -1n): Moment {
  return isKind(by, 'timespan') ? moment(at.ticks + sign * by.ticks) : at;
}

function fromEpoch(value: Value, unitMs: number): Value {
  const number = toNumber(value);
  return number === null ? null : momentOf(Math.round(number * unitMs));
}

function ofMoment(value: Value, apply: (ticks: bigint) => Value): Value {
  return isKind(value, 'datetime') ? apply(value.ticks) : null;
}

function moment(ticks: bigint): Moment {
  return { kind: 'datetime', ticks };
}

function dateOf(ticks: bigint): Date {
  return new Date(Number(ticks / ticksPerMs));
}
