import { z } from 'zod';
import type { FieldErrorCode } from './codes.ts';

/** `T` with every property readonly, all the way down: how parsed documents are handed on. */
export type Immutable<T> = T extends readonly (infer U)[]
  ? readonly Immutable<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

/** Text of a given pattern; `rule` is the sentence a refused caller reads. */
export function textLike(pattern: RegExp, rule: string) {
  return z.string().regex(pattern, { error: rule, abort: true });
}

/** Options of a zod refinement that carry our own code: `z.string().refine(fits, refusal('invalid_value', 'Must …'))`. */
export function refusal(code: FieldErrorCode, rule: string, path: readonly PropertyKey[] = []) {
  return { error: rule, path: [...path], params: { code }, abort: true };
}

const guid = textLike(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  'Must be a GUID.',
).toLowerCase();

/** Entra tenant, as a lower-case GUID. */
export const tenantIdSchema = guid;
/** Any other GUID (Entra application or device id), kept in lower case. */
export const guidSchema = guid;

/** A feed's id, chosen by the administrator. */
export const feedIdSchema = textLike(/^[a-z0-9-]{1,40}$/, 'Must be 1 to 40 of a-z, 0-9 and -.');
/** A caller's id, chosen by the administrator; part of the names of its Key Vault secrets. */
export const callerIdSchema = textLike(/^[a-z0-9-]{1,40}$/, 'Must be 1 to 40 of a-z, 0-9 and -.');
/** An operation's id. */
export const operationIdSchema = textLike(/^op_[a-z2-7]{26}$/, 'Must be op_ and 26 of a-z and 2-7.');

/** Defender's machine id: 40 hex digits, kept in lower case. */
export const machineIdSchema = hex(40, 'Must be a machine id of 40 hex digits.');
/** SHA-1, SHA-256 and MD5 as hex, kept in lower case. */
export const sha1Schema = hex(40, 'Must be a SHA-1 of 40 hex digits.');
export const sha256Schema = hex(64, 'Must be a SHA-256 of 64 hex digits.');
export const md5Schema = hex(32, 'Must be an MD5 of 32 hex digits.');

/** A SHA-1 or a SHA-256, told by its length; kept in lower case. */
export const fileHashSchema = textLike(
  /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i,
  'Must be a SHA-1 of 40 or a SHA-256 of 64 hex digits.',
).toLowerCase();

/** A DNS name with at least one dot, in letters that DNS knows; kept in lower case. */
export const domainNameSchema = textLike(
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/i,
  'Must be a domain name.',
).toLowerCase();

const macPattern = /^(?:[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})$/i;
/** A MAC address, taken with `:`, `-` or nothing, kept as 12 lower-case hex digits. */
export const macAddressSchema = textLike(macPattern, 'Must be a MAC address of 12 hex digits.').overwrite((text) =>
  text.replaceAll(/[:-]/g, '').toLowerCase(),
);

const timePattern =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?Z$/;
const timeRule = 'Must be a time like 2026-11-20T10:00:05Z, in UTC.';
/** A time as RFC 3339 in UTC with `Z` and up to 7 fractional digits; stays the text it was. */
export const timeSchema = textLike(timePattern, timeRule).refine(isOnCalendar, refusal('invalid_format', timeRule));

const durationPattern =
  /^P(?=\d|T\d)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})S)?)?$/;
const durationRule = 'Must be a duration in weeks, days, hours, minutes and seconds, like PT4H or P30D.';
/** A duration as ISO 8601 in weeks, days, hours, minutes, seconds; stays the text it was. */
export const durationSchema = textLike(durationPattern, durationRule);

/** A duration between two others, both included. */
export function durationBetween(shortest: string, longest: string) {
  const [minMs, maxMs] = [parseDurationMs(shortest), parseDurationMs(longest)];
  const fits = (text: string): boolean => parseDurationMs(text) >= minMs && parseDurationMs(text) <= maxMs;
  return durationSchema.refine(fits, refusal('invalid_value', `Must be between ${shortest} and ${longest}.`));
}

/** Milliseconds of a duration that `durationSchema` took. Throws a `RangeError` on other text. */
export function parseDurationMs(text: string): number {
  const parts = durationPattern.exec(text);
  if (!parts) throw new RangeError('Not a duration.');
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** Epoch milliseconds of a time that `timeSchema` took; digits below a millisecond are cut off. Throws a `RangeError` on other text. */
export function parseTimeMs(text: string): number {
  const ms = timePattern.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError('Not a time.');
  return ms;
}

/** The time of `ms` (epoch milliseconds) as the contract writes it: whole seconds without a fraction. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Text of `min` (0 or 1) to `max` UTF-16 units: zod's own `max` counts code points, of which there are never more. */
export function text(min: 0 | 1, max: number) {
  return z
    .string()
    .min(min)
    .max(max)
    .check(({ value, issues }) => {
      if (value.length <= max) return;
      issues.push({ code: 'too_big', origin: 'string', maximum: max, inclusive: true, input: value });
    });
}

/** An absolute https address without user, password or spaces. */
export const httpsUrlSchema = text(0, 2048).refine(
  (value) => isUrl(value, ['https:']),
  refusal('invalid_format', 'Must be an https URL.'),
);

/** An absolute http(s) address: whether plain http is good enough there is for `egressUrlErrors` to say. */
export const webUrlSchema = text(0, 2048).refine(
  (value) => isUrl(value, ['https:', 'http:']),
  refusal('invalid_format', 'Must be an https URL.'),
);

/** A field that our answers show and that may come back with a `PUT`: it is dropped. */
export const readOnlyField = z.unknown().optional().meta({ readOnly: true, description: 'Read-only: ignored.' });

/** `All`, or a list: how tenants, feeds and events are chosen. */
export function listOrAllSchema<T extends z.ZodType>(item: T) {
  return z.union([z.literal('All'), z.array(item)]);
}

/** A page of a list; the last one has no `nextLink`. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({ value: z.array(item), nextLink: z.string().optional() });
}

function hex(digits: number, rule: string) {
  return textLike(new RegExp(`^[0-9a-f]{${digits}}$`, 'i'), rule).toLowerCase();
}

/** 30 February passes the pattern and JavaScript's parser, which quietly makes it 2 March. */
function isOnCalendar(time: string): boolean {
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === time.slice(0, 10);
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  if (!/^https?:\/\/[^/]/i.test(value) || /[\s\\]/.test(value)) return false;
  const url = URL.parse(value);
  return url !== null && protocols.includes(url.protocol) && url.username === '' && url.password === '';
}
