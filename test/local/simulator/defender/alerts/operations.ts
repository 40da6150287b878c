import { createByReference } from './create-by-reference.ts';
import { countOfMachine, get, list, listOfMachine } from './read.ts';
import { relatedDomains, relatedFiles, relatedIps, relatedMachine, relatedUser } from './related.ts';
import { batchUpdate, patch } from './update.ts';
import type { EventStoreOf } from '../../events/store.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { EntityStoreOf } from '../entities/store.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { QuotaName } from '../quotas.ts';
import type { AlertContext } from './context.ts';
import type { AlertStoreOf } from './store.ts';

const readRoles = ['Alert.Read.All', 'Alert.ReadWrite.All'];
const writeRoles = ['Alert.ReadWrite.All'];
const machineRoles = ['Machine.Read.All', 'Machine.ReadWrite.All'];

export interface AlertStores {
  readonly alerts: AlertStoreOf;
  readonly machines: MachineStoreOf;
  readonly events: EventStoreOf;
  readonly entities: EntityStoreOf;
}

type Handle = (call: DefenderCall, context: AlertContext) => Reply | DefenderError;

/** https://learn.microsoft.com/defender-endpoint/api/alerts */
export function alertOperations(stores: AlertStores): readonly DefenderOperation[] {
  const contextOf = (tenantId: string): AlertContext => ({
    alerts: stores.alerts(tenantId),
    machines: stores.machines(tenantId),
    events: stores.events(tenantId),
    entities: stores.entities(tenantId),
  });
  const on = (quota: QuotaName, roles: readonly string[]) => (method: string, path: string, handle: Handle) => ({
    ...{ method, path: `/api${path}`, roles, quota },
    handle: (call: DefenderCall) => handle(call, contextOf(call.tenantId)),
  });
  const read = on('alerts', readRoles);
  return [
    read('GET', '/alerts', list),
    on('alertsCreateByReference', writeRoles)('POST', '/alerts/CreateAlertByReference', createByReference),
    on('alertsBatchUpdate', writeRoles)('POST', '/alerts/batchUpdate', batchUpdate),
    read('GET', '/alerts/{id}', get),
    on('alerts', writeRoles)('PATCH', '/alerts/{id}', patch),
    on('alerts', machineRoles)('GET', '/alerts/{id}/machine', relatedMachine),
    on('alerts', ['User.Read.All'])('GET', '/alerts/{id}/user', relatedUser),
    on('alerts', ['File.Read.All'])('GET', '/alerts/{id}/files', relatedFiles),
    on('alerts', ['Ip.Read.All'])('GET', '/alerts/{id}/ips', relatedIps),
    on('alerts', ['Url.Read.All', 'URL.Read.All'])('GET', '/alerts/{id}/domains', relatedDomains),
    on('machines', readRoles)('GET', '/machines/{id}/alerts', listOfMachine),
    on('machines', readRoles)('GET', '/machines/{id}/alerts/$count', countOfMachine),
  ];
}
