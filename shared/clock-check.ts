import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Compares our clock with that of the storage service, by which every instance can judge its own. */
export interface ClockCheck {
  /** Told with each answer of storage: its `Date` header, and when by our clock the call began. */
  readonly hear: (date: string | null | undefined, askedAtMs: number) => void;
  /** Whether our clock is near enough to tell by it whose lease has ended and what is due. */
  readonly isRight: () => boolean;
}

/** From here on it is said in the log. */
const noticedMs = 2_000;
/** With more than this, a lease of 90 s is too short for a call of 30 s and the writes before and after it. */
const toleratedMs = 30_000;
/** `Date` has whole seconds. */
const grainMs = 1_000;
/** Said no oftener than this. */
const saidEveryMs = 60_000;

/** Creates the check; nothing is wrong until storage says so. */
export function createClockCheck({ now, log }: { readonly now: Clock; readonly log: Log }): ClockCheck {
  let skewMs = 0;
  let saidAtMs: number | undefined;

  function say(atMs: number): void {
    if (Math.abs(skewMs) <= noticedMs) return;
    if (saidAtMs !== undefined && Math.abs(atMs - saidAtMs) < saidEveryMs) return;
    saidAtMs = atMs;
    const fields = { skewMs, isClaiming: Math.abs(skewMs) <= toleratedMs };
    if (fields.isClaiming) log.warn('clock.differed', fields);
    else log.error('clock.differed', fields);
  }

  return {
    hear: (date, askedAtMs) => {
      const serverMs = Date.parse(date ?? '');
      if (Number.isNaN(serverMs)) return;
      const heardAtMs = now();
      skewMs = toSkewMs(serverMs, askedAtMs, heardAtMs);
      say(heardAtMs);
    },
    isRight: () => Math.abs(skewMs) <= toleratedMs,
  };
}

/** How far we are ahead at the least (behind: less than 0). The header was written at some time within the call. */
function toSkewMs(serverMs: number, askedAtMs: number, heardAtMs: number): number {
  const ahead = askedAtMs - (serverMs + grainMs);
  const behind = heardAtMs - serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
