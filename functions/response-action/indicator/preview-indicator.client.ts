import type { Clock } from '../../../shared/clock.ts';
import type { DirectIndicators } from '../../../shared/indicators/direct/direct-indicators.ts';
import type { PreviewActionKind } from '../carry-context.ts';
import { toIndicatorCall, toIndicatorOrder } from './indicator-order.ts';

export interface PreviewIndicatorOptions {
  readonly standing: DirectIndicators['standing'];
  readonly now: Clock;
}

/** Makes what tells what `SubmitIndicator` or `DeleteIndicator` would send, by what we know of the tenant. */
export function createPreviewIndicator({ standing, now }: PreviewIndicatorOptions): PreviewActionKind {
  return async ({ tenant, action }) => {
    const order = toIndicatorOrder(action.data, { operationId: undefined, askedAtMs: now() });
    const stands = await standing(tenant, order.identity);
    const call = toIndicatorCall(order, stands, tenant.policy.indicators.rbacGroupNames);
    // A feed keeps the row, or it is not there: then nothing is taken out.
    return { request: call ?? { method: 'POST', path: '/api/indicators/BatchDelete', body: { IndicatorIds: [] } } };
  };
}
