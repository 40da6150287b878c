import { describe, expect, it } from 'vitest';
import { holdLease } from '../../../functions/alert-ingest/hold-lease.work.ts';
import type { Sleep } from '../../../shared/clock.ts';
import { LostClaim } from '../../../shared/work/carry.ts';

/** Waiting that ends when the test says so, or with its signal. */
function waiting() {
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const sleep: Sleep = (ms, signal) =>
    new Promise((resolve, reject) => {
      waits.push({ ms, end: resolve });
      signal?.addEventListener('abort', () => reject(new Error('It is over.')), { once: true });
    });
  return { waits, sleep };
}

/** Everything that is due by now has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('holdLease', () => {
  it('renews as long as the call takes, and not after', async () => {
    const { waits, sleep } = waiting();
    let renewed = 0;
    const answer = Promise.withResolvers<string>();
    const held = holdLease({ renewLease: () => Promise.resolve(void (renewed += 1)) }, sleep, () => answer.promise);
    for (let n = 0; n < 3; n += 1) {
      waits[n]?.end();
      await settled();
    }
    expect([renewed, waits.map(({ ms }) => ms)]).toEqual([3, [45_000, 45_000, 45_000, 45_000]]);
    answer.resolve('rows');
    expect(await held).toBe('rows');
    waits[3]?.end();
    await settled();
    expect(renewed).toBe(3);
  });

  it('gives the call up when another worker has the operation', async () => {
    const { waits, sleep } = waiting();
    let signal: AbortSignal | undefined;
    const held = holdLease({ renewLease: () => Promise.reject(new LostClaim('op_1')) }, sleep, (given) => {
      signal = given;
      return new Promise((_resolve, reject) => {
        given.addEventListener('abort', () => reject(new Error('Given up.')), { once: true });
      });
    });
    waits[0]?.end();
    await expect(held).rejects.toThrow(LostClaim);
    expect(signal?.aborted).toBe(true);
  });

  it('throws what the call throws', async () => {
    const { sleep } = waiting();
    const tools = { renewLease: () => Promise.resolve() };
    await expect(holdLease(tools, sleep, () => Promise.reject(new Error('No.')))).rejects.toThrow('No.');
  });
});
