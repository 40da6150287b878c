const minuteMs = 60_000;
/** Events reach Defender late, most of them within minutes (contract §11, `searchFor`). */
const firstMinutes = [0, 1, 2, 5, 10, 20, 40] as const;
const hourMs = 60 * minuteMs;

/** A search for machine and event. */
export interface Search {
  readonly startedAtMs: number;
  readonly searchForMs: number;
}

/**
 * When to search again: 0, 1, 2, 5, 10, 20 and 40 minutes after the start, then at every full hour, and a last time at the
 * end. `undefined`: that was the last time.
 */
export function nextSearchAtMs({ startedAtMs, searchForMs }: Search, nowMs: number): number | undefined {
  const passedMs = nowMs - startedAtMs;
  if (passedMs >= searchForMs) return undefined;
  const early = firstMinutes.map((minutes) => minutes * minuteMs).find((offsetMs) => offsetMs > passedMs);
  const offsetMs = early ?? (Math.floor(passedMs / hourMs) + 1) * hourMs;
  return startedAtMs + Math.min(offsetMs, searchForMs);
}
