import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Told with each answer of storage: its `Date` header, and when by our clock the call began. */
export type ClockCheck = (date: string | null | undefined, askedAtMs: number) => void;

/** From here on it is said. */
const noticedMs = 2_000;
/** With more than this, a lease of 90 s is too short for a call of 30 s and the writes before and after it: somebody has to look. */
const toleratedMs = 30_000;
/** `Date` has whole seconds. */
const grainMs = 1_000;
/** Said no oftener than this. */
const saidEveryMs = 60_000;

/**
 * Creates the check of our clock by that of the storage service, which all instances share: by how much it is wrong is a line of
 * the log. It stops nothing: a wrong clock makes steps early or late, and rows that others changed meanwhile fence them all the same.
 */
export function createClockCheck({ now, log }: { readonly now: Clock; readonly log: Log }): ClockCheck {
  let saidAtMs: number | undefined;
  return (date, askedAtMs) => {
    const serverMs = Date.parse(date ?? '');
    if (Number.isNaN(serverMs)) return;
    const heardAtMs = now();
    const skewMs = toSkewMs(serverMs, askedAtMs, heardAtMs);
    if (Math.abs(skewMs) <= noticedMs) return;
    if (saidAtMs !== undefined && Math.abs(heardAtMs - saidAtMs) < saidEveryMs) return;
    saidAtMs = heardAtMs;
    if (Math.abs(skewMs) > toleratedMs) log.error('clock.differed', { skewMs });
    else log.warn('clock.differed', { skewMs });
  };
}

/** How far we are ahead at the least (behind: less than 0). The header was written at some time within the call. */
function toSkewMs(serverMs: number, askedAtMs: number, heardAtMs: number): number {
  const ahead = askedAtMs - (serverMs + grainMs);
  const behind = heardAtMs - serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
