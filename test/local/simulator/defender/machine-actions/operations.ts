import { cancel } from './cancel.ts';
import { get, list, listOfMachine } from './read.ts';
import { getLiveResponseResult, getPackageUri } from './results.ts';
import { createStartInvestigation } from './start-investigation.ts';
import { startAction } from './start.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { QuotaName } from '../quotas.ts';
import type { ActionContext } from './context.ts';
import type { Downloads } from './downloads.ts';
import type { MachineActionType } from './resource.ts';
import type { MachineActionStoreOf } from './store.ts';

export interface MachineActionStores {
  readonly machines: MachineStoreOf;
  readonly machineActions: MachineActionStoreOf;
  readonly downloads: Downloads;
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

const resultOf = 'GetLiveResponseResultDownloadLink(index={index})';

/** https://learn.microsoft.com/defender-endpoint/api/machineaction */
export function machineActionOperations(stores: MachineActionStores): readonly DefenderOperation[] {
  const contextOf = (tenantId: string): ActionContext => ({
    actions: stores.machineActions(tenantId),
    machines: stores.machines(tenantId),
    downloads: stores.downloads,
  });
  const on = (quota: QuotaName, roles: readonly string[]) => (method: string, path: string, handle: Handle) => ({
    ...{ method, path: `/api${path}`, roles, quota },
    handle: (call: DefenderCall) => handle(call, contextOf(call.tenantId)),
  });
  const read = on('machineActions', readRoles);
  const investigate = on('startInvestigation', ['Alert.ReadWrite.All']);
  return [
    read('GET', '/machineactions', list),
    read('GET', '/machineactions/{id}', get),
    on('machineActions', actionRoles)('POST', '/machineactions/{id}/cancel', cancel),
    on('packageUri', readRoles)('GET', '/machineactions/{id}/getPackageUri', getPackageUri),
    on('liveResponseResult', readRoles)('GET', `/machineactions/{id}/${resultOf}`, getLiveResponseResult),
    investigate('POST', '/machines/{id}/startInvestigation', createStartInvestigation()),
    on('machines', readRoles)('GET', '/machines/{id}/machineactions', listOfMachine),
    ...starts.map(([path, role, type, quota = 'machineActions']) =>
      on(quota, [role])('POST', `/machines/{id}/${path}`, startAction(type)),
    ),
  ];
}
