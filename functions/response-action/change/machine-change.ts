import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import type { DefenderMachine } from '../../../shared/defender/machine-rows.ts';
import { toMachineResult } from '../action-outcomes.ts';
import type { ChangeLook } from './next-change.ts';
import { toCall } from '../to-call.ts';
import type { ActionCall } from '../to-call.ts';

/** A request that changes a machine's record, and nothing on the machine. */
export type MachineChange = Extract<ActionRequest, { readonly action: 'AddTag' | 'RemoveTag' | 'SetDeviceValue' }>;

/** What a change keeps of the machine that was found: what is approved or may be sent is for that one, whoever has its name by then. */
export interface MachineChangeState {
  readonly machineId: string;
  readonly mayBeSent: boolean;
}

/** The request, of a kind that changes a machine's record. Throws on any other. */
export function toMachineChange(data: ActionRequest): MachineChange {
  if (data.action === 'AddTag' || data.action === 'RemoveTag' || data.action === 'SetDeviceValue') return data;
  throw new Error(`${data.action} changes no machine's record.`);
}

/** What was kept, if anything was. */
export function fromChangeState(state: unknown): MachineChangeState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const machineId: unknown = Reflect.get(state, 'machineId');
  if (typeof machineId !== 'string') throw new Error('The state of a machine change is not one of ours.');
  return { machineId, mayBeSent: Reflect.get(state, 'mayBeSent') === true };
}

/** Which machine to look at. */
export function toSelector(data: MachineChange, state: MachineChangeState | undefined): MachineSelector {
  return state === undefined ? data.machine : { id: state.machineId };
}

/** What Defender told of the machine, and what would be sent. */
export function lookAt(
  data: MachineChange,
  machine: DefenderMachine,
): ChangeLook & { readonly machine: DefenderMachine; readonly request: ActionCall } {
  return {
    isReached: isReached(data, machine),
    result: { action: data.action, machine: toMachineResult(machine) },
    request: toCall(data, { machineId: machine.id }, { comment: data.comment }),
    machine,
  };
}

function isReached(data: MachineChange, { machineTags, deviceValue }: DefenderMachine): boolean {
  switch (data.action) {
    case 'AddTag':
      return machineTags.includes(data.tag);
    case 'RemoveTag':
      return !machineTags.includes(data.tag);
    case 'SetDeviceValue':
      return deviceValue === data.deviceValue;
  }
}
