import type { ReadRoles } from '../../../shared/auth/token-roles.client.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { MachineView } from '../../../shared/contract/machine.ts';
import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import type { DefenderMachineActions } from '../../../shared/defender/machine-actions.client.ts';
import type { MachineDetails } from '../../../shared/defender/machine-details.client.ts';
import type { DefenderMachineRecord } from '../../../shared/defender/machine-rows.ts';
import { RejectedInput } from '../../../shared/errors.ts';
import type { FindMachine } from '../../../shared/machines/find-machines.client.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { availableActions } from './available-actions.ts';
import type { Isolations } from '../guard/isolations.store.ts';
import { partFrom, readPart, valueOf } from './read-part.ts';
import { toMachineView } from './to-machine-view.ts';

/** What a machine's view is read with; `clientId`: our application, who asked for what we sent. */
export interface MachineViewOptions {
  readonly findMachine: FindMachine;
  readonly details: MachineDetails;
  readonly machineActions: Pick<DefenderMachineActions, 'listOfMachine'>;
  readonly readRoles: ReadRoles;
  readonly isolations: Pick<Isolations, 'isFull'>;
  readonly clientId: string;
  readonly now: Clock;
}

/**
 * Everything about the machine that a selector means now, in one answer. Throws `RejectedInput` when there is none, or several;
 * and what `Defender.request` throws when the machine itself cannot be read.
 */
export type ReadMachineView = (tenant: TenantRecord, selector: MachineSelector) => Promise<MachineView>;

/** Makes the view: the machine first, then all that belongs to it side by side. */
export function createReadMachineView(options: MachineViewOptions): ReadMachineView {
  return async (tenant, selector) => {
    const { machine, isOnboarded } = await findOne(options, tenant, selector);
    const parts = await readParts(options, tenant, machine);
    const { roles, actions, isolations } = parts;
    const { clientId } = options;
    const available = partFrom('#/availableActions', [roles, actions, isolations], () =>
      availableActions({
        ...{ policy: tenant.policy, machine, isOnboarded, clientId, roles: valueOf(roles) ?? [] },
        ...{ actions: valueOf(actions) ?? [], isIsolationFull: valueOf(isolations) ?? false },
      }),
    );
    return toMachineView(machine, { ...parts, available }, clientId);
  };
}

async function findOne(
  { findMachine, now }: MachineViewOptions,
  tenant: TenantRecord,
  selector: MachineSelector,
): Promise<{ readonly machine: DefenderMachineRecord; readonly isOnboarded: boolean }> {
  const found = await findMachine(tenant, { selector, time: new Date(now()).toISOString() });
  switch (found.outcome) {
    case 'Found':
    case 'NotOnboarded':
      return { machine: found.machine, isOnboarded: found.outcome === 'Found' };
    case 'Ambiguous': {
      const { candidates, count } = found;
      throw new RejectedInput('machine_ambiguous', `${count} machines fit.`, { extra: { candidates } });
    }
    case 'NotFound':
      throw new RejectedInput('machine_not_found', 'No machine in Defender fits.');
  }
}

async function readParts(options: MachineViewOptions, tenant: TenantRecord, { id }: DefenderMachineRecord) {
  const { details } = options;
  const { maxIsolationsPerHour } = tenant.policy.actions;
  const [logonUsers, alerts, actions, vulnerabilities, roles, isolations] = await Promise.all([
    readPart('#/logonUsers', () => details.listLogonUsers(tenant, id)),
    readPart('#/openAlerts', () => details.listAlerts(tenant, id)),
    readPart('#/runningActions', () => options.machineActions.listOfMachine(tenant, id)),
    readPart('#/vulnerabilities', () => details.listVulnerabilities(tenant, id)),
    readPart('#/availableActions', () => options.readRoles(tenant, 'defender')),
    readPart('#/availableActions', () => options.isolations.isFull(tenant.tenantId, maxIsolationsPerHour)),
  ]);
  return { logonUsers, alerts, actions, vulnerabilities, roles, isolations };
}
