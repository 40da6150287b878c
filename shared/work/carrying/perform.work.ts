import type { Clock } from '../../clock.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Claim } from '../requests/accept.store.ts';
import { LostClaim } from '../carry.ts';
import type { Gate } from '../carry.ts';
import type { CarryOn } from './carry.work.ts';
import type { Claims } from './claims.store.ts';
import type { Deliver } from './deliver.work.ts';

export interface PerformOptions {
  readonly claims: Claims;
  readonly carryOn: CarryOn;
  readonly deliver: Deliver;
  readonly gate: (tenantId: string) => Promise<Gate>;
  readonly now: Clock;
  readonly log: Log;
}

/** How the work in a request ended; when it was `Lost`, the claim does not know how the operation stands. */
export type Performed = 'Kept' | 'Lost';

/**
 * Works inside the request on what it just accepted, as long as the operation advances. After `maxWaitMs` no new step
 * starts; a step that runs is awaited. When this returns, nothing of it runs any more.
 */
export function createPerform(options: PerformOptions): (held: Claim, maxWaitMs: number) => Promise<Performed> {
  const { claims, now } = options;

  return async (held, maxWaitMs) => {
    const startedMs = now();
    const mayStart = (): boolean => now() - startedMs < maxWaitMs;
    try {
      if (!mayStart() || (await options.gate(held.item.tenantId)) !== 'open') {
        await claims.release(held);
        return 'Kept';
      }
      const { to, callbacks } = await options.carryOn(held, mayStart);
      for (const callback of callbacks) if (mayStart()) await options.deliver(callback);
      return to === 'Lost' ? 'Lost' : 'Kept';
    } catch (error) {
      if (error instanceof LostClaim) return 'Lost'; // somebody canceled it, or it took longer than its lease
      if (!(error instanceof UpstreamUnavailable)) throw error;
      // It is accepted all the same: the lease ends, and the timer goes on with it.
      options.log.warn('claim.abandoned', { operationId: held.item.id, tenantId: held.item.tenantId, error });
      return 'Kept';
    }
  };
}
