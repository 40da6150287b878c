import { ticksPerMs, toTicks, toTimeText } from './ticks.ts';
import type { Ticks } from './ticks.ts';

export interface Moment {
  readonly kind: 'datetime';
  readonly ticks: Ticks;
}
export interface Timespan {
  readonly kind: 'timespan';
  readonly ticks: Ticks;
}
/** A list or a bag; a dynamic text, number or boolean is just that. */
export interface Dynamic {
  readonly kind: 'dynamic';
  readonly json: readonly unknown[] | Readonly<Record<string, unknown>>;
}

/** A value of the language. Text is never null, but empty. */
export type Value = null | boolean | number | string | Moment | Timespan | Dynamic;

/** A cell as it was seeded. */
export function fromCell(cell: unknown, type: string): Value {
  if (type === 'string' || type === 'guid') return typeof cell === 'string' ? cell : '';
  if (type === 'datetime') return typeof cell === 'string' ? toMoment(cell) : null;
  return fromJson(cell);
}

export function fromJson(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === 'object') return { kind: 'dynamic', json: json as Dynamic['json'] };
  return typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean' ? json : null;
}

/** As an answer prints it, and as it stands inside of a list or bag. */
export function toJson(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value.kind === 'dynamic') return value.json;
  return value.kind === 'datetime' ? toTimeText(value.ticks) : toTimespanText(value.ticks);
}

export function toText(value: Value): string {
  const json = toJson(value);
  if (json === null || json === undefined) return '';
  return typeof json === 'object' ? JSON.stringify(json) : typeof json === 'string' ? json : JSON.stringify(json);
}

export function toNumber(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

export function toMoment(text: string): Moment | null {
  const ticks = toTicks(text);
  return ticks === undefined ? null : { kind: 'datetime', ticks };
}

export function momentOf(ms: number): Moment {
  return { kind: 'datetime', ticks: BigInt(ms) * ticksPerMs };
}

export function timespanOf(ticks: Ticks): Timespan {
  return { kind: 'timespan', ticks };
}

export function isKind<K extends 'datetime' | 'timespan' | 'dynamic'>(
  value: Value,
  kind: K,
): value is Extract<Value, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** Negative, zero or positive; null where the two cannot be compared. */
export function order(left: Value, right: Value): number | null {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (isKind(left, 'dynamic') || isKind(right, 'dynamic')) return toText(left) === toText(right) ? 0 : null;
  const isTime = (value: Value): value is Moment | Timespan => typeof value === 'object' && value !== null;
  if (isTime(left) && isTime(right)) {
    if (left.kind !== right.kind) return null;
    return left.ticks < right.ticks ? -1 : left.ticks > right.ticks ? 1 : 0;
  }
  const [a, b] = [toNumber(left), toNumber(right)];
  return a === null || b === null ? null : a - b;
}

/** Equal keys for equal values: groups, sets, joins. */
export function keyOf(value: Value): string {
  return `${typeof value === 'object' && value !== null ? value.kind : typeof value}:${toText(value)}`;
}

const unitTicks: readonly (readonly [RegExp, bigint])[] = [
  [/^d(?:ays?)?$/, 864_000_000_000n],
  [/^h(?:(?:ou)?rs?)?$/, 36_000_000_000n],
  [/^m(?:in(?:utes?)?)?$/, 600_000_000n],
  [/^s(?:ec(?:onds?)?)?$/, 10_000_000n],
  [/^(?:ms|milli(?:s|sec|seconds?)?)$/, 10_000n],
  [/^micro(?:s|sec|seconds?)?$/, 10n],
  [/^ticks?$/, 1n],
];

/** `1.5d`, `1.02:03:04.5`, `02:03`, and a bare number, which is days. Null when it is none. */
export function toTimespan(text: string): Timespan | null {
  const [, amount = '', unit = ''] = /^(-?\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim()) ?? [];
  const ticks = unitTicks.find(([pattern]) => pattern.test(unit === '' ? 'd' : unit))?.[1];
  if (amount !== '') return ticks === undefined ? null : timespanOf(times(amount, ticks));
  const clock = /^(-?)(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/.exec(text.trim());
  if (!clock) return null;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = clock;
  const wholeSeconds = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const sum = wholeSeconds * 10_000_000n + BigInt(fraction.padEnd(7, '0'));
  return timespanOf(sign === '-' ? -sum : sum);
}

function times(amount: string, ticks: bigint): bigint {
  return amount.includes('.') ? BigInt(Math.round(Number(amount) * Number(ticks))) : BigInt(amount) * ticks;
}

function toTimespanText(ticks: Ticks): string {
  const size = ticks < 0n ? -ticks : ticks;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const seconds = size / 10_000_000n;
  const [days, fraction] = [seconds / 86_400n, size % 10_000_000n];
  const clock = [(seconds / 3_600n) % 24n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  const point = fraction === 0n ? '' : `.${String(fraction).padStart(7, '0')}`;
  return `${ticks < 0n ? '-' : ''}${days === 0n ? '' : `${days}.`}${clock}${point}`;
}
