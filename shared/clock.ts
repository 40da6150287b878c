/** The time as a value: milliseconds since the Unix epoch. Made once, in `functions/main.ts`; tests hand in their own. */
export type Clock = () => number;

/** Waiting as a value: resolves after `ms`, or rejects with the signal's reason. Made once, in `functions/main.ts`. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Whether what was remembered so long ago still counts. A clock that was put back says so of nothing: it would count for ever. */
export function isWithin(ageMs: number, keptMs: number): boolean {
  return ageMs >= 0 && ageMs < keptMs;
}
