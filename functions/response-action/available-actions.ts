import type { ActionName } from '../../shared/contract/action.ts';
import { machineActionNames } from '../../shared/contract/action.ts';
import type { AvailableAction } from '../../shared/contract/machine.ts';
import type { TenantPolicy } from '../../shared/contract/tenant.ts';
import { holdsRole } from '../../shared/defender/roles.ts';
import { authorizeAction } from './authorize-action.ts';
import { catalogue } from './catalogue.ts';
import { runsOn } from './operating-systems.ts';
import type { MachineOs, OsRule } from './operating-systems.ts';
import type { MachineFacts } from './protection.ts';

/** A machine action that has not ended, in Defender's words; `operationId` when it is one of ours. */
export interface RunningAction {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly operationId?: string;
}

/** What is known of a machine when somebody asks what can be done on it. */
export interface AvailabilityFacts {
  readonly policy: Pick<TenantPolicy, 'actions' | 'indicators'>;
  readonly machine: MachineFacts & MachineOs;
  readonly isOnboarded: boolean;
  /** Application roles that the tenant granted us. */
  readonly roles: readonly string[];
  readonly running: readonly RunningAction[];
  /** `policy.actions.maxIsolationsPerHour` is used up. */
  readonly isIsolationFull: boolean;
}

type UnavailableCode = NonNullable<AvailableAction['code']>;

/**
 * What of Defender's nine machine actions can be done on a machine now, and if not, why (contract §8): the reason that lasts
 * longest. An action that waits for a person's approval is available.
 */
export function availableActions(facts: AvailabilityFacts): readonly AvailableAction[] {
  return machineActionNames.map((action) => {
    const code = reasons.find(({ holds }) => holds(action, facts))?.code;
    return { action, available: code === undefined, ...(code === undefined ? {} : { code }) };
  });
}

const reasons: readonly {
  readonly code: UnavailableCode;
  readonly holds: (action: ActionName, facts: AvailabilityFacts) => boolean;
}[] = [
  { code: 'refused_by_policy', holds: isRefused },
  {
    code: 'role_missing',
    holds: (action, { roles }) => catalogue[action].roles.some((role) => !holdsRole(roles, role)),
  },
  { code: 'os_not_supported', holds: (action, { machine }) => !runsOn(osRuleOf(action), machine) },
  { code: 'not_onboarded', holds: (_action, { isOnboarded }) => !isOnboarded },
  { code: 'already_running', holds: isBlocked },
];

const isolating: readonly ActionName[] = ['Isolate', 'RestrictCodeExecution'];

function isRefused(action: ActionName, { policy, machine, isIsolationFull }: AvailabilityFacts): boolean {
  // Of the nine none is an indicator: those alone need to be known whole.
  if (action === 'SubmitIndicator') return true;
  if (!authorizeAction(policy, { data: { action } }, machine).allowed) return true;
  return isIsolationFull && isolating.includes(action);
}

/** The rule of an action with its default parameters. */
function osRuleOf(action: ActionName): OsRule | undefined {
  return catalogue[action].runsOn?.({});
}

/**
 * Two of the same kind, or one and its undoing, never run together on a machine. Quarantines do, of different files; and what
 * undoes an action of ours that is still pending cancels it.
 */
function isBlocked(action: ActionName, { running }: AvailabilityFacts): boolean {
  if (action === 'StopAndQuarantineFile') return false;
  return running.some(({ type, status, operationId }) => {
    if (isSame(type, action) || isSame(type, catalogue[action].undoneBy)) return true;
    const isUndone = isSame(undoingOf(type), action);
    return isUndone && !(status.toLowerCase() === 'pending' && operationId !== undefined);
  });
}

function undoingOf(type: string): ActionName | undefined {
  const undone = machineActionNames.find((name) => isSame(type, name));
  return undone === undefined ? undefined : catalogue[undone].undoneBy;
}

function isSame(type: string | undefined, action: ActionName | undefined): boolean {
  return type !== undefined && type.toLowerCase() === action?.toLowerCase();
}
