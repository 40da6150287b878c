/** Nobody waits longer than a day for one answer, whatever it says. */
const longestMs = 24 * 3_600_000;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date, as milliseconds from `nowMs`, at most a day.
 * `undefined` when there is none, or none that can be read.
 */
export function toRetryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1_000), longestMs);
  if (!/^[A-Za-z]{3},? /.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(atMs - nowMs, 0), longestMs);
}
