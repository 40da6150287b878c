import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import { checkIdentity } from '../../../shared/indicators/direct/check-direct-indicator.ts';
import { exceptionsOf } from '../../../shared/indicators/guard/exceptions.ts';
import type { AuthorizedOrder } from './authorize-action.ts';

/** The rule that keeps a value from a tenant whoever asks for it. */
export const exceptionsRule = '#/policy/indicators/exceptions';

/** Whether an action asks for a value that the tenant excepted; `nowMs` in epoch milliseconds. */
export function isExcepted(
  { exceptions }: Pick<TenantPolicy['indicators'], 'exceptions'>,
  { data }: Pick<AuthorizedOrder, 'data'>,
  nowMs: number,
): boolean {
  if (data.action !== 'SubmitIndicator') return false;
  const value = checkIdentity(data.indicator);
  return value.ok && exceptionsOf(exceptions, nowMs).reasonFor(value.identity) !== undefined;
}
