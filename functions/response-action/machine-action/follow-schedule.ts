const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Up to which age an action is looked at how often (contract §15). */
const schedule = [
  { untilMs: 10 * minuteMs, everyMs: minuteMs },
  { untilMs: hourMs, everyMs: 5 * minuteMs },
  { untilMs: 24 * hourMs, everyMs: 15 * minuteMs },
] as const;

/**
 * When an action is looked at next, by its age: every minute, then every 5 and every 15 minutes, then hourly. Times are whole
 * multiples of these, so that all that a tenant waits for is read at once.
 */
export function nextFollowAtMs(sinceMs: number, nowMs: number): number {
  const ageMs = nowMs - sinceMs;
  const everyMs = schedule.find(({ untilMs }) => ageMs < untilMs)?.everyMs ?? hourMs;
  return (Math.floor(nowMs / everyMs) + 1) * everyMs;
}
