import { cancel } from './cancel.ts';
import { get, list, listOfMachine } from './read.ts';
import { startAction } from './start.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { QuotaName } from '../quotas.ts';
import type { ActionContext } from './context.ts';
import type { MachineActionType } from './resource.ts';
import type { MachineActionStoreOf } from './store.ts';

export interface MachineActionStores {
  readonly machines: MachineStoreOf;
  readonly machineActions: MachineActionStoreOf;
}

type Handle = (call: DefenderCall, context: ActionContext) => Reply | DefenderError;

const readRoles = ['Machine.Read.All', 'Machine.ReadWrite.All'];

/** Path and role of each action on a machine. */
const starts: readonly (readonly [path: string, role: string, type: MachineActionType, quota?: QuotaName])[] = [
  ['isolate', 'Machine.Isolate', 'Isolate'],
  ['unisolate', 'Machine.Isolate', 'Unisolate'],
  ['restrictCodeExecution', 'Machine.RestrictExecution', 'RestrictCodeExecution'],
  ['unrestrictCodeExecution', 'Machine.RestrictExecution', 'UnrestrictCodeExecution'],
  ['runAntiVirusScan', 'Machine.Scan', 'RunAntiVirusScan'],
  ['offboard', 'Machine.Offboard', 'Offboard'],
  ['StopAndQuarantineFile', 'Machine.StopAndQuarantine', 'StopAndQuarantineFile'],
  ['collectInvestigationPackage', 'Machine.CollectForensics', 'CollectInvestigationPackage'],
  ['runliveresponse', 'Machine.LiveResponse', 'LiveResponse', 'runLiveResponse'],
];
const actionRoles = [...new Set(starts.map(([, role]) => role))];

/** https://learn.microsoft.com/defender-endpoint/api/machineaction */
export function machineActionOperations(stores: MachineActionStores): readonly DefenderOperation[] {
  const contextOf = (tenantId: string): ActionContext => ({
    actions: stores.machineActions(tenantId),
    machines: stores.machines(tenantId),
  });
  const on = (quota: QuotaName, roles: readonly string[]) => (method: string, path: string, handle: Handle) => ({
    ...{ method, path: `/api${path}`, roles, quota },
    handle: (call: DefenderCall) => handle(call, contextOf(call.tenantId)),
  });
  const read = on('machineActions', readRoles);
  return [
    read('GET', '/machineactions', list),
    read('GET', '/machineactions/{id}', get),
    on('machineActions', actionRoles)('POST', '/machineactions/{id}/cancel', cancel),
    on('machines', readRoles)('GET', '/machines/{id}/machineactions', listOfMachine),
    ...starts.map(([path, role, type, quota = 'machineActions']) =>
      on(quota, [role])('POST', `/machines/{id}/${path}`, startAction(type)),
    ),
  ];
}
