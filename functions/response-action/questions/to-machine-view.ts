import type { AlertSummary, AvailableAction, MachineView } from '../../../shared/contract/machine.ts';
import type { DefenderAlertSummary } from '../../../shared/defender/alert-summary.ts';
import type { DefenderLogonUser, DefenderVulnerability } from '../../../shared/defender/machine-details.client.ts';
import { endOf } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachine } from '../../../shared/defender/machine-rows.ts';
import { ourOperationOf } from '../machine-action/our-operation.ts';
import { unreadOf, valueOf } from './read-part.ts';
import type { Part } from './read-part.ts';
import { given, toAlertSummaries, toLogonUsers, toMachine } from './to-machine.ts';

/** A machine action that has not ended, in Defender's words; `operationId` when it is one of ours. */
export type RunningAction = NonNullable<MachineView['runningActions']>[number];

/** What was asked about a machine besides itself. */
export interface MachineParts {
  readonly logonUsers: Part<readonly DefenderLogonUser[]>;
  readonly alerts: Part<readonly DefenderAlertSummary[]>;
  readonly actions: Part<readonly DefenderMachineAction[]>;
  readonly vulnerabilities: Part<readonly DefenderVulnerability[]>;
  readonly available: Part<readonly AvailableAction[]>;
}

/** The view of a machine (contract §8): what could not be read is left out, and named. `clientId`: our application's. */
export function toMachineView(machine: DefenderMachine, parts: MachineParts, clientId: string): MachineView {
  const { logonUsers, alerts, actions, vulnerabilities, available } = parts;
  return {
    machine: toMachine(machine),
    ...given({
      logonUsers: logonUsers.isRead ? toLogonUsers(logonUsers.value) : undefined,
      openAlerts: alerts.isRead ? toOpenAlerts(alerts.value) : undefined,
      runningActions: actions.isRead ? toRunningActions(actions.value, clientId) : undefined,
      vulnerabilities: vulnerabilities.isRead ? toCounts(vulnerabilities.value) : undefined,
      availableActions: valueOf(available),
    }),
    errors: unreadOf([logonUsers, alerts, actions, vulnerabilities, available]),
  };
}

/** What has not ended, whatever Defender calls it; with the operation behind it when our application sent it. */
function toRunningActions(actions: readonly DefenderMachineAction[], clientId: string): readonly RunningAction[] {
  return actions
    .filter((action) => endOf(action) === undefined)
    .map((action) => {
      const { id, type, status } = action;
      const operationId = ourOperationOf(clientId, action);
      return { id, type, status, ...(operationId === undefined ? {} : { operationId }) };
    });
}

/** An alert with a status that we do not know is not resolved. */
function toOpenAlerts(alerts: readonly DefenderAlertSummary[]): readonly AlertSummary[] {
  return toAlertSummaries(alerts.filter(({ status }) => status?.toLowerCase() !== 'resolved'));
}

/** Each once, by Defender's four severities; a weakness without one of them counts in none. */
function toCounts(vulnerabilities: readonly DefenderVulnerability[]): NonNullable<MachineView['vulnerabilities']> {
  const severities = new Map(vulnerabilities.map(({ id, severity }) => [id, severity?.toLowerCase()]));
  const count = (wanted: string): number => [...severities.values()].filter((severity) => severity === wanted).length;
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') };
}
