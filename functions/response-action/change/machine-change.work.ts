import type { DefenderMachines } from '../../../shared/defender/machines.client.ts';
import type { CarryTools } from '../../../shared/work/carry.ts';
import { failed, withUpstream } from '../action-outcomes.ts';
import type { CarryActionKind, PreviewActionKind } from '../carry-context.ts';
import { rowOf } from '../catalogue.ts';
import type { FindActionMachine } from '../find-action-machine.client.ts';
import { fromChangeState, lookAt, toMachineChange, toSelector } from './machine-change.ts';
import { afterLook, beforeLook, toChangeFacts } from './next-change.ts';

/** What changing a machine needs. */
export interface MachineChangeOptions {
  readonly machines: Pick<DefenderMachines, 'changeMachine'>;
  readonly findActionMachine: FindActionMachine;
}

/** A call to Defender may take so long; nobody else may take the operation over meanwhile. */
const callMs = 30_000;

/**
 * Makes the carry of `AddTag`, `RemoveTag` and `SetDeviceValue`: one step, from the machine as it is to the machine as asked
 * for. They leave no comment in Defender, so the machine itself tells whether a call whose answer was lost was made.
 */
export function createCarryMachineChange({ machines, findActionMachine }: MachineChangeOptions): CarryActionKind {
  return async (context, tools) => {
    const { operation, tenant } = context;
    const data = toMachineChange(context.action.data);
    const state = fromChangeState(context.state);
    const facts = toChangeFacts(context, tools, state?.mayBeSent === true);
    const early = beforeLook(facts);
    if (early !== undefined) return early;

    const { machine, error } = await findActionMachine(tenant, toSelector(data, state));
    if (machine === undefined) return { outcome: 'Failed', error };
    const { result, request, ...look } = lookAt(data, machine);
    const step = afterLook(facts, { result, request, ...look });
    if (step.outcome === 'Later') return { ...step, state: { machineId: machine.id, mayBeSent: facts.mayBeSent } };
    if (step.outcome !== 'Send') return step;

    await ensureLease(tools);
    await tools.saveIntent({ machineId: machine.id, mayBeSent: true }, { stage: 'Submitting', result });
    const [role] = rowOf(data).roles;
    const call = { ...request, method: 'POST' } as const;
    const sent = await machines.changeMachine(tenant, call, role ?? 'Machine.ReadWrite.All');
    if (sent.machine !== undefined) return withUpstream({ outcome: 'Done', result }, sent.upstream, operation);
    return withUpstream(failed('machine_not_found', 'Defender knows no such machine.'), sent.upstream, operation);
  };
}

/** Makes what tells what a change of a machine would do. */
export function createPreviewMachineChange({
  findActionMachine,
}: Pick<MachineChangeOptions, 'findActionMachine'>): PreviewActionKind {
  return async ({ tenant, action }) => {
    const data = toMachineChange(action.data);
    const { machine, error } = await findActionMachine(tenant, data.machine);
    if (machine === undefined) return { error };
    const { result, request } = lookAt(data, machine);
    return { machine: result.machine, facts: machine, request };
  };
}

async function ensureLease(tools: CarryTools): Promise<void> {
  if (tools.leaseLeftMs() < callMs) await tools.renewLease();
}
