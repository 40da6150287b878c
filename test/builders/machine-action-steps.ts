import type {
  CancelingOurs,
  Following,
  MachineActionFacts,
  MachineActionNews,
  Preparing,
  Sending,
} from '../../functions/response-action/machine-action/machine-action-state.ts';
import { actionRequestSchema } from '../../shared/contract/action.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { defenderMachineRecordSchema } from '../../shared/defender/machine-rows.ts';
import { defenderMachineActionSchema } from '../../shared/defender/machine-action-rows.ts';
import { aDefenderMachine } from './defender-machine.ts';

export const operationId = `op_${'a'.repeat(26)}`;
export const machine = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test' };
export const minuteMs = 60_000;
export const nowMs = Date.parse('2026-11-20T10:00:00Z');
export const data = (more: object = {}) =>
  actionRequestSchema.parse({ action: 'Isolate', machine: { id: machine.id }, comment: 'c', ...more });
export const release = {
  data: data({ action: 'Unisolate' }),
  reverses: { operationId: `op_${'b'.repeat(26)}`, machineActionId: 'held' },
};

export function facts(over: Partial<MachineActionFacts> = {}, actions: object = {}): MachineActionFacts {
  const policy = tenantInputSchema.parse({ policy: { actions: { mode: 'Live', ...actions } } }).policy;
  return {
    ...{ operation: { id: operationId }, action: { data: data() }, policy, clientId: 'app', approvedBy: undefined },
    ...{ isCancelRequested: false, isLate: false, nowMs },
    ...over,
  };
}

export const preparing: Preparing = { at: 'Preparing' };
export const sending: Sending = { at: 'Sending', machine };
export const following: Following = {
  at: 'Following',
  machine,
  machineActionId: 'm',
  submittedAtMs: nowMs,
  isJoined: false,
};
export const canceling: CancelingOurs = {
  ...{ at: 'CancelingOurs', machine, operationId: `op_${'b'.repeat(26)}`, machineActionId: 'm', cancel: 'Asked' },
};
export const prepared = { from: { ...preparing, machine }, machine: aDefenderMachine(machine) };
export const machineAction = (status: string, more: object = {}) =>
  defenderMachineActionSchema.parse({
    id: 'm',
    type: 'Isolate',
    status,
    requestorComment: `c [${operationId}]`,
    ...more,
  });
export const begin = (state: Extract<MachineActionNews, { news: 'Begin' }>['state']) =>
  ({ news: 'Begin', state }) as const;
export const found = (more: object = {}, state = preparing) =>
  ({
    news: 'Machine',
    state,
    found: { machine: defenderMachineRecordSchema.parse({ ...aDefenderMachine(machine), ...more }) },
  }) as const;
export const refused = (defenderCode: string, status = 400) =>
  ({
    news: 'Refused',
    state: sending,
    status,
    error: { code: 'defender_refused', message: 'No.', defenderCode },
  }) as const;
export const told = (status: string, more: object = {}, state: Following | CancelingOurs = following) =>
  ({ news: 'Action', state, action: machineAction(status, more) }) as const;
export const ends = (outcome: object) => ({ do: 'End', outcome });
export const later = (stage: string, more: object = {}) => ends({ outcome: 'Later', stage, ...more });
export const fails = (code: string, more: object = {}) => ends({ outcome: 'Failed', error: { code, ...more } });
export const canceled = ends({ outcome: 'Canceled' });
export const superseded = ends({ outcome: 'Canceled', error: { code: 'superseded' } });
export const canceledFacts = facts({ isCancelRequested: true });
export const lateFacts = facts({ isLate: true });
export const releaseFacts = facts({ action: release });

/** What is known, what it is known of, and what of the step is expected. */
export type StepCase = readonly [string, MachineActionNews, MachineActionFacts, object];
