/**
 * Reads a schedule as NCrontab, the host's parser, does: six fields with seconds first, or five without; `*`, lists, ranges,
 * steps and names; day and day-of-week must both fit. Times are in UTC. Own code because cron-parser and croner take what
 * the host refuses (`L`, `W`, `#`, `?`, 7 for Sunday): a schedule that runs here must run there.
 * @returns `undefined` when it is no such expression
 */
export function parseNcrontab(expression: string): Ncrontab | undefined {
  const texts = expression.trim().split(/\s+/);
  if (texts.length === 5) texts.unshift('0');
  const fields = texts.map((text, index) => parseField(text, fieldKinds[index]));
  const [seconds, minutes, hours, days, months, weekdays] = fields;
  if (texts.length !== 6 || !seconds || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const isOftenerThanMinutely = seconds.length > 1 && texts.slice(1).every((text) => text === '*');
  return {
    isOftenerThanMinutely,
    nextAfter: (timeMs) => next({ seconds, minutes, hours, days, months, weekdays }, timeMs),
  };
}

export interface Ncrontab {
  /** The host keeps no record of such a schedule. */
  readonly isOftenerThanMinutely: boolean;
  /** First time after `timeMs` that fits, in milliseconds since the epoch; `undefined` when there is none (30 February). */
  nextAfter(timeMs: number): number | undefined;
}

interface FieldKind {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const monthNames = 'January February March April May June July August September October November December'.split(' ');
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const fieldKinds: readonly FieldKind[] = [
  { min: 0, max: 59 },
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: monthNames },
  { min: 0, max: 6, names: dayNames },
];

type Values = readonly number[];

function parseField(text: string, kind: FieldKind | undefined): Values | undefined {
  if (!kind) return undefined;
  const parts = text.split(',').map((part) => parsePart(part, kind));
  if (parts.some((part) => part === undefined)) return undefined;
  const values = new Set(parts.flatMap((part) => part ?? []));
  return [...values].sort((a, b) => a - b);
}

/** `*`, `5`, `1-5`, each with an optional `/step`; a single value with a step runs to the end; a range may be written backwards. */
function parsePart(part: string, kind: FieldKind): Values | undefined {
  const [range = '', stepText, ...more] = part.split('/');
  const step = stepText === undefined ? undefined : parseNumber(stepText);
  if (more.length > 0 || (stepText !== undefined && step === undefined)) return undefined;
  if (range === '*') return steps(kind.min, kind.max, step);
  const ends = range.split('-').map((text) => parseValue(text, kind));
  const [first, last = step === undefined ? first : kind.max] = ends;
  if (ends.length > 2 || ends.includes(undefined) || first === undefined || last === undefined) return undefined;
  return steps(Math.min(first, last), Math.max(first, last), step);
}

function parseValue(text: string, kind: FieldKind): number | undefined {
  const number = parseNumber(text);
  if (number !== undefined) return number >= kind.min && number <= kind.max ? number : undefined;
  const index = kind.names?.findIndex((name) => text !== '' && name.toLowerCase().startsWith(text.toLowerCase())) ?? -1;
  return index < 0 ? undefined : index + kind.min;
}

function parseNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function steps(from: number, to: number, step = 1): Values {
  const width = Math.max(step, 1);
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, index) => from + index * width);
}

interface Fields {
  readonly seconds: Values;
  readonly minutes: Values;
  readonly hours: Values;
  readonly days: Values;
  readonly months: Values;
  readonly weekdays: Values;
}

const dayMs = 24 * 60 * 60_000;
/** 29 February on a given weekday comes back within 40 years, whatever century lies between. */
const searchedDays = 41 * 366;

function next(fields: Fields, afterMs: number): number | undefined {
  const startMs = (Math.floor(afterMs / 1000) + 1) * 1000;
  const firstDayMs = Math.floor(startMs / dayMs) * dayMs;
  for (let day = 0; day < searchedDays; day += 1) {
    const midnightMs = firstDayMs + day * dayMs;
    const timeMs = fitsDay(fields, new Date(midnightMs)) ? firstTimeOf(fields, midnightMs, startMs) : undefined;
    if (timeMs !== undefined) return timeMs;
  }
  return undefined;
}

function fitsDay(fields: Fields, date: Date): boolean {
  return (
    fields.months.includes(date.getUTCMonth() + 1) &&
    fields.days.includes(date.getUTCDate()) &&
    fields.weekdays.includes(date.getUTCDay())
  );
}

function firstTimeOf(fields: Fields, midnightMs: number, startMs: number): number | undefined {
  for (const hour of fields.hours) {
    for (const minute of fields.minutes) {
      const minuteMs = midnightMs + (hour * 60 + minute) * 60_000;
      if (minuteMs + 59_000 < startMs) continue;
      const second = fields.seconds.find((value) => minuteMs + value * 1000 >= startMs);
      if (second !== undefined) return minuteMs + second * 1000;
    }
  }
  return undefined;
}
