import { machineNotFound } from '../machines/answers.ts';
import { answerCollection } from '../odata-query.ts';
import { actionNotFound, toActionReply } from './context.ts';
import { toResource } from './to-resource.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionContext } from './context.ts';
import type { ActionRecord } from './record.ts';

const filterable = {
  id: 'id',
  status: 'status',
  machineId: 'machineId',
  type: 'type',
  requestor: 'requestor',
  creationDateTimeUtc: 'creationDateTimeUtc',
};

export function list(call: DefenderCall, { actions }: ActionContext): Reply | DefenderError {
  return answerActions(call, actions.list());
}

/** Undocumented, used by clients: the actions of one machine. */
export function listOfMachine(call: DefenderCall, { actions, machines }: ActionContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const machine = machines.get(id)?.machine;
  if (!machine) return machineNotFound(id);
  return answerActions(
    call,
    actions.list().filter(({ machineId }) => machineId === machine.id),
  );
}

export function get(call: DefenderCall, { actions }: ActionContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const record = actions.get(id);
  return record ? toActionReply(call, record, 200) : actionNotFound(id);
}

function answerActions(call: DefenderCall, records: readonly ActionRecord[]): Reply | DefenderError {
  const rows = records.map((record) => ({ ...toResource(record, call.nowMs) }));
  return answerCollection(call, { name: 'MachineActions', rows, filterable, isOrderable: true });
}
