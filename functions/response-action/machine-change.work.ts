import type { DefenderMachines } from '../../shared/defender/machines.client.ts';
import { failed, withUpstream } from './action-outcomes.ts';
import type { CarryActionKind, PreviewActionKind } from './carry-context.ts';
import { rowOf } from './catalogue.ts';
import type { FindActionMachine } from './find-action-machine.client.ts';
import { afterLook, beforeLook, isMachineChange, toResult } from './next-machine-change.ts';
import type { MachineChangeFacts } from './next-machine-change.ts';
import { toCall } from './to-call.ts';

/** What changing a machine needs. */
export interface MachineChangeOptions {
  readonly machines: Pick<DefenderMachines, 'changeMachine'>;
  readonly findActionMachine: FindActionMachine;
}

/** A call to Defender may take so long; nobody else may take the operation over meanwhile. */
const callMs = 30_000;

/** Makes the carry of `AddTag` and `RemoveTag`: one step, from the machine as it is to the machine as asked for. */
export function createCarryMachineChange({ machines, findActionMachine }: MachineChangeOptions): CarryActionKind {
  return async ({ operation, tenant, action, state, approvedBy }, tools) => {
    const { data } = action;
    if (!isMachineChange(data)) throw new Error(`${data.action} changes no machine.`);
    const { isCancelRequested, isLate, now } = tools;
    const sending = { mayBeSent: state !== undefined, isApproved: approvedBy !== undefined };
    const facts: MachineChangeFacts = { action, tenant, ...sending, isCancelRequested, isLate, nowMs: now() };
    const early = beforeLook(facts);
    if (early !== undefined) return early;
    const { machine, error } = await findActionMachine(tenant, data.machine);
    if (machine === undefined) return { outcome: 'Failed', error };
    const step = afterLook(facts, machine);
    if (step.outcome !== 'Send') return step;

    if (tools.leaseLeftMs() < callMs) await tools.renewLease();
    const result = toResult(data, machine);
    await tools.saveIntent({ mayBeSent: true }, { stage: 'Submitting', result });
    const [role] = rowOf(data).roles;
    const call = { ...step.request, method: 'POST' } as const;
    const sent = await machines.changeMachine(tenant, call, role ?? 'Machine.ReadWrite.All');
    if (sent.machine !== undefined) return withUpstream({ outcome: 'Done', result }, sent.upstream, operation);
    return withUpstream(failed('machine_not_found', 'Defender knows no such machine.'), sent.upstream, operation);
  };
}

/** Makes what tells what a change of a machine would do. */
export function createPreviewMachineChange({
  findActionMachine,
}: Pick<MachineChangeOptions, 'findActionMachine'>): PreviewActionKind {
  return async ({ tenant, action: { data } }) => {
    if (!isMachineChange(data)) throw new Error(`${data.action} changes no machine.`);
    const { machine, error } = await findActionMachine(tenant, data.machine);
    if (machine === undefined) return { error };
    const request = toCall(data, { machineId: machine.id }, { comment: data.comment });
    return { machine: toResult(data, machine).machine, facts: machine, request };
  };
}
