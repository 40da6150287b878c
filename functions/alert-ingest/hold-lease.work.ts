import type { Sleep } from '../../shared/clock.ts';
import type { CarryTools } from '../../shared/work/carry.ts';

/** A lease lasts 90 s: two renewals may be late by half a minute together. */
const renewEveryMs = 45_000;

/**
 * Keeps an operation ours during a call that may outlast its lease (a hunting query may take 3 minutes). When another worker
 * has it all the same, the call is given up and `LostClaim` thrown.
 */
export async function holdLease<T>(
  tools: Pick<CarryTools, 'renewLease'>,
  sleep: Sleep,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const renewing = renewUntil(ended.signal, tools, sleep);
  try {
    return await Promise.race([call(ended.signal), renewing]);
  } finally {
    ended.abort();
    // A renewal on its way ends before the operation is written again.
    await Promise.allSettled([renewing]);
  }
}

async function renewUntil(signal: AbortSignal, tools: Pick<CarryTools, 'renewLease'>, sleep: Sleep): Promise<never> {
  for (;;) {
    await sleep(renewEveryMs, signal);
    await tools.renewLease();
  }
}
