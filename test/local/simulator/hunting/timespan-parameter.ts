/** From and to, in epoch milliseconds. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

const dayMs = 86_400_000;
const reachMs = 30 * dayMs;

/**
 * What `Timespan` may say: an ISO 8601 duration that ends now, `start/end`, `start/duration`, `duration/end`, or a start.
 * Without one it is the 30 days that the service keeps, which none goes beyond. Undefined when it is none of these.
 */
export function toPeriod(text: string | undefined, nowMs: number): Period | undefined {
  const whole = { fromMs: nowMs - reachMs, toMs: nowMs };
  const period = text === undefined ? whole : readPeriod(text, nowMs);
  return period && { fromMs: Math.max(period.fromMs, whole.fromMs), toMs: period.toMs };
}

function readPeriod(text: string, nowMs: number): Period | undefined {
  const [first = '', second, ...others] = text.split('/');
  if (others.length > 0) return undefined;
  const [duration, start] = [toDurationMs(first), toMs(first)];
  if (second === undefined) {
    if (duration !== undefined) return { fromMs: nowMs - duration, toMs: nowMs };
    return start === undefined ? undefined : { fromMs: start, toMs: nowMs };
  }
  const [length, end] = [toDurationMs(second), toMs(second)];
  if (start !== undefined) {
    const toEnd = end ?? (length === undefined ? undefined : start + length);
    return toEnd === undefined ? undefined : { fromMs: start, toMs: toEnd };
  }
  return duration !== undefined && end !== undefined ? { fromMs: end - duration, toMs: end } : undefined;
}

function toDurationMs(text: string): number | undefined {
  const match = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!match) return undefined;
  const [weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number((part as string | undefined) ?? 0));
  const wholeDays = (weeks ?? 0) * 7 + (days ?? 0);
  return wholeDays * dayMs + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000;
}

function toMs(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined;
  const isZoned = !text.includes('T') || /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = Date.parse(isZoned ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
