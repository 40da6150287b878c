import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { answerCollection } from '../odata-query.ts';
import { contextOf } from '../operation.ts';
import { machineNotFound, toMachineReply } from './answers.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { MachineStore } from './store.ts';

const filterable = {
  computerDnsName: 'computerDnsName',
  id: 'id',
  version: 'version',
  deviceValue: 'deviceValue',
  aadDeviceId: 'aadDeviceId',
  machineTags: 'machineTags',
  lastSeen: 'lastSeen',
  exposureLevel: 'exposureLevel',
  onboardingStatus: 'onboardingStatus',
  lastIpAddress: 'lastIpAddress',
  healthStatus: 'healthStatus',
  osPlatform: 'osPlatform',
  riskScore: 'riskScore',
  rbacGroupId: 'rbacGroupId',
};

/** A tenant without any machine has no list at all; a filter that fits none gives an empty one. */
export function list(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const rows = store.list().map(({ machine }) => ({ ...machine }));
  if (rows.length === 0) return defenderError('NotFound', 'No machines were found');
  return answerCollection(call, { name: 'Machines', rows, filterable });
}

export function get(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const record = store.find(id);
  return record ? toMachineReply(call, record.machine, 'Machine') : machineNotFound(id);
}

export function logonUsers(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const record = store.get(id);
  if (!record) return machineNotFound(id);
  return json(200, { '@odata.context': contextOf(call.exchange, 'Users'), value: record.logonUsers });
}
