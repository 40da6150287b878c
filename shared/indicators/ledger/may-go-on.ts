import type { Clock } from '../../clock.ts';

/** A call may take 30 s; what comes after it (the ledger, the operation) needs some time too. */
const callNeedsMs = 40_000;
/** A request starts no step after 5 s, so that it never waits for a second pass; and between two the counts are there to be read. */
const passMs = 5_000;

/** How long one pass goes on: at least one call, then for some seconds, and never beyond the lease. */
export function createMayGoOn(now: Clock, leaseLeftMs: () => number): () => boolean {
  const untilMs = now() + passMs;
  let isFirst = true;
  return () => {
    const may = leaseLeftMs() > callNeedsMs && (isFirst || now() < untilMs);
    isFirst = false;
    return may;
  };
}
