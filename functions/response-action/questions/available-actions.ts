import type { ActionName, ActionRequest } from '../../../shared/contract/action.ts';
import { actionRequestSchema, machineActionNames } from '../../../shared/contract/action.ts';
import type { AvailableAction } from '../../../shared/contract/machine.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import { actionRoles, holdsRole } from '../../../shared/defender/roles.ts';
import { authorizeAction } from '../guard/authorize-action.ts';
import { isIsolation } from '../guard/isolation-window.ts';
import type { MachineOs } from '../operating-systems.ts';
import { planTurn } from '../machine-action/plan-turn.ts';
import type { Turn } from '../machine-action/plan-turn.ts';
import { checkSystem } from '../machine-action/prepare-machine-action.ts';
import type { MachineFacts } from '../machine-facts.ts';

/** What is known of a machine when somebody asks what can be done on it. */
export interface AvailabilityFacts {
  readonly policy: Pick<TenantPolicy, 'actions' | 'indicators'>;
  readonly machine: MachineFacts & MachineOs;
  readonly isOnboarded: boolean;
  /** Application roles that the tenant granted us. */
  readonly roles: readonly string[];
  /** Every machine action of the machine's, ended or not. */
  readonly actions: readonly DefenderMachineAction[];
  /** Our application: what it asked for is ours. */
  readonly clientId: string;
  /** `policy.actions.maxIsolationsPerHour` is used up. */
  readonly isIsolationFull: boolean;
}

/**
 * What of Defender's nine machine actions could be sent to a machine now, and if not, why (contract §8): the reason that lasts
 * longest. Asked of the same functions that decide when an action is carried. One that waits for a person's approval is
 * available, and so is one that undoes ours while it is pending: that cancels it.
 */
export function availableActions(facts: AvailabilityFacts): readonly AvailableAction[] {
  return machineActionNames.map((action) => {
    const request = toPlainRequest(action);
    const code = reasonAgainst(request, facts, turnOf(request, facts));
    return { action, available: code === undefined, ...(code === undefined ? {} : { code }) };
  });
}

function reasonAgainst(
  request: ActionRequest,
  { policy, machine, isOnboarded, roles, isIsolationFull }: AvailabilityFacts,
  turn: Turn['turn'],
): AvailableAction['code'] {
  const isRefused = !authorizeAction(policy, { data: request }, machine).allowed || turn === 'RefuseOthers';
  if (isRefused || (isIsolationFull && isIsolation(request))) return 'refused_by_policy';
  if (actionRoles[request.action].some((role) => !holdsRole(roles, role))) return 'role_missing';
  if (checkSystem(request, machine) !== undefined) return 'os_not_supported';
  if (!isOnboarded) return 'not_onboarded';
  return turn === 'Join' || turn === 'Wait' ? 'already_running' : undefined;
}

/** Whose turn it would be if nobody in particular asked. */
function turnOf(request: ActionRequest, { actions, clientId, policy }: AvailabilityFacts): Turn['turn'] {
  const { undoOthers } = policy.actions;
  return planTurn({ request, operationId: '', clientId, undoOthers }, actions).turn;
}

/** What an action cannot be asked for without; what is said of it holds for every other choice too. */
const neededParameters: Partial<Record<ActionName, object>> = {
  RunAntiVirusScan: { scanType: 'Quick' },
  StopAndQuarantineFile: { sha1: '0'.repeat(40) },
  LiveResponse: { commands: [{ type: 'GetFile', params: [{ key: 'Path', value: 'any' }] }] },
};

function toPlainRequest(action: ActionName): ActionRequest {
  // Which machine it is, the machine's own record tells.
  const machine = { computerDnsName: 'any' };
  return actionRequestSchema.parse({ action, machine, comment: 'Asked about.', ...neededParameters[action] });
}
