import type { ActionName } from '../../shared/contract/action.ts';
import type { TenantPolicy } from '../../shared/contract/tenant.ts';

/** What a tenant's policy says to an action. `rule` points into the tenant document. */
export type Authorization =
  | { readonly allowed: true; readonly needsApproval: boolean }
  | { readonly allowed: false; readonly needsApproval: false; readonly rule: string };

/** Whether a tenant lets an action be run (contract §11): asked before it is accepted, and again before it is sent. */
export function authorizeAction(policy: TenantPolicy['actions'], action: ActionName): Authorization {
  if (!policy.allowed.includes(action)) {
    return { allowed: false, needsApproval: false, rule: '#/policy/actions/allowed' };
  }
  return { allowed: true, needsApproval: policy.requireApproval.includes(action) };
}
