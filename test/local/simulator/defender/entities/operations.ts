import { fileAlerts, fileMachines, fileStats, getFile } from './files.ts';
import { domainAlerts, domainMachines, domainStats, ipAlerts, ipStats } from './hosts.ts';
import { userAlerts, userMachines } from './users.ts';
import type { EventStoreOf } from '../../events/store.ts';
import type { Reply } from '../../http/exchange.ts';
import type { AlertStoreOf } from '../alerts/store.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { EntityContext } from './look-up.ts';
import type { EntityStoreOf } from './store.ts';

const alertRoles = ['Alert.Read.All', 'Alert.ReadWrite.All'];
const machineRoles = ['Machine.Read.All', 'Machine.ReadWrite.All'];
/** The pages print the second form, the role is the first. */
const urlRoles = ['Url.Read.All', 'URL.Read.All'];

export interface EntityStores {
  readonly entities: EntityStoreOf;
  readonly machines: MachineStoreOf;
  readonly alerts: AlertStoreOf;
  readonly events: EventStoreOf;
}

type Handle = (call: DefenderCall, context: EntityContext) => Reply | DefenderError;

/** https://learn.microsoft.com/defender-endpoint/api/files */
export function entityOperations(stores: EntityStores): readonly DefenderOperation[] {
  const read = (path: string, roles: readonly string[], handle: Handle): DefenderOperation => ({
    ...{ method: 'GET', path: `/api${path}`, roles, quota: 'entities' },
    handle: (call) => handle(call, toContext(stores, call.tenantId)),
  });
  return [
    read('/files/{hash}', ['File.Read.All'], getFile),
    read('/files/{hash}/stats', ['File.Read.All'], fileStats),
    read('/files/{hash}/alerts', alertRoles, fileAlerts),
    read('/files/{hash}/machines', machineRoles, fileMachines),
    read('/domains/{domain}/stats', urlRoles, domainStats),
    read('/domains/{domain}/alerts', alertRoles, domainAlerts),
    read('/domains/{domain}/machines', machineRoles, domainMachines),
    read('/ips/{ip}/stats', ['Ip.Read.All'], ipStats),
    read('/ips/{ip}/alerts', alertRoles, ipAlerts),
    read('/users/{name}/alerts', alertRoles, userAlerts),
    read('/users/{name}/machines', machineRoles, userMachines),
  ];
}

function toContext({ entities, machines, alerts, events }: EntityStores, tenantId: string): EntityContext {
  return {
    entities: entities(tenantId),
    machines: machines(tenantId),
    alerts: alerts(tenantId),
    events: events(tenantId),
  };
}
