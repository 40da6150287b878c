import type { Clock } from '../../../shared/clock.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { authorizeAction } from './authorize-action.ts';
import type { Authorization, AuthorizedOrder } from './authorize-action.ts';
import { exceptionsRule, isExcepted } from './excepted-value.ts';
import { isIsolation, isolationsRule } from './isolation-window.ts';
import type { Isolations } from './isolations.store.ts';
import type { MachineFacts } from '../machine-facts.ts';

/** What the tenant's policy says now, with what was sent in the last hour. Throws `UpstreamUnavailable` when storage does not answer. */
export type AuthorizeNow = (
  tenant: Pick<TenantRecord, 'tenantId' | 'policy'>,
  order: AuthorizedOrder,
  machine?: MachineFacts,
) => Promise<Authorization>;

/** Makes the question that is asked before an action is accepted. What is sent is counted when it is sent. */
export function createAuthorizeNow({
  isolations,
  now,
}: {
  readonly isolations: Pick<Isolations, 'isFull'>;
  readonly now: Clock;
}): AuthorizeNow {
  return async ({ tenantId, policy }, order, machine) => {
    const authorization = authorizeAction(policy, order, machine);
    if (!authorization.allowed) return authorization;
    if (isExcepted(policy.indicators, order, now())) return refused(exceptionsRule);
    if (!isIsolation(order.data)) return authorization;
    const isFull = await isolations.isFull(tenantId, policy.actions.maxIsolationsPerHour);
    return isFull ? refused(isolationsRule) : authorization;
  };
}

function refused(rule: string): Authorization {
  return { allowed: false, needsApproval: false, rule };
}
