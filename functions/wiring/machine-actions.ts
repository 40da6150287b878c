import type { DefenderEntities } from '../../shared/defender/entities.client.ts';
import type { DefenderMachineActions } from '../../shared/defender/machine-actions.client.ts';
import type { SuspendTenant } from '../../shared/registry/tenant-gate.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import type { Capabilities } from './capabilities.ts';
import { createAskTenant } from '../response-action/questions/ask-tenant.client.ts';
import type { CarryActionKind } from '../response-action/carry-context.ts';
import type { FindActionMachine } from '../response-action/find-action-machine.client.ts';
import { createFollowActions } from '../response-action/machine-action/follow-actions.client.ts';
import type { Isolations } from '../response-action/guard/isolations.store.ts';
import { createMachineActionOutput } from '../response-action/questions/machine-action-output.client.ts';
import { createCarryMachineAction } from '../response-action/machine-action/machine-action.work.ts';

/** What the wiring of machine actions has in common with that of other actions. */
export interface MachineActionTools {
  readonly findActionMachine: FindActionMachine;
  readonly isolations: Isolations;
  readonly machineActions: DefenderMachineActions;
  readonly entities: DefenderEntities;
}

/** No machine action is followed for longer than Defender waits for a machine (72 hours): older ones are asked for one by one. */
const followedForMs = 4 * 24 * 60 * 60 * 1000;

/** Wires the carry of Defender's nine machine actions. `work` is only used once they are carried. */
export function createMachineActionCarry(
  { settings, now }: Pick<Capabilities, 'settings' | 'now'>,
  tools: MachineActionTools,
  work: () => Pick<Work, 'accept' | 'listReferences' | 'readRequest'>,
): CarryActionKind {
  const { machineActions } = tools;
  const listFollowed = (tenantId: string): Promise<readonly string[]> => {
    const filter = { kind: 'Action', status: 'Running', fromMs: now() - followedForMs } as const;
    return work().listReferences(tenantId, filter, 'machineActionId');
  };
  return createCarryMachineAction({
    ...{ ...tools, clientId: settings.entra.clientId },
    followAction: createFollowActions({ machineActions, listFollowed, now }),
    accept: (operation) => work().accept(operation),
    readRequest: (tenantId, id) => work().readRequest(tenantId, id),
  });
}

/** Wires the way to what an action brought back. */
export function createOutputOf({
  suspend,
  ...parts
}: Pick<Capabilities, 'tenants' | 'now'> &
  Pick<MachineActionTools, 'machineActions'> & {
    readonly suspend: SuspendTenant;
  }): ReturnType<typeof createMachineActionOutput> {
  return createMachineActionOutput({ ...parts, askTenant: createAskTenant(suspend) });
}
