import { findByIp, findByTag, findByTimeAndKey } from './find.ts';
import { changeTags, changeTagsOfMany } from './change-tags.ts';
import { get, list, logonUsers } from './read.ts';
import { patch, setDeviceValue } from './update.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { MachineStore, MachineStoreOf } from './store.ts';

const readRoles = ['Machine.Read.All', 'Machine.ReadWrite.All'];
const writeRoles = ['Machine.ReadWrite.All'];
const userRoles = ['User.Read.All'];

type Handle = (call: DefenderCall, store: MachineStore) => Reply | DefenderError;

/** https://learn.microsoft.com/defender-endpoint/api/machine */
export function machineOperations(storeOf: MachineStoreOf): readonly DefenderOperation[] {
  const operation = (method: string, path: string, roles: readonly string[], handle: Handle): DefenderOperation => ({
    ...{ method, path: `/api/machines${path}`, roles, quota: 'machines' },
    handle: (call) => handle(call, storeOf(call.tenantId)),
  });
  return [
    operation('GET', '', readRoles, list),
    operation('GET', '/findbyip({arguments})', readRoles, findByIp),
    operation('GET', '/find({arguments})', readRoles, findByTimeAndKey),
    operation('GET', '/findbytag', readRoles, findByTag),
    operation('POST', '/AddOrRemoveTagForMultipleMachines', writeRoles, changeTagsOfMany),
    operation('GET', '/{id}', readRoles, get),
    operation('PATCH', '/{id}', writeRoles, patch),
    operation('POST', '/{id}/tags', writeRoles, changeTags),
    operation('POST', '/{id}/setDeviceValue', writeRoles, setDeviceValue),
    operation('GET', '/{id}/logonusers', userRoles, logonUsers),
  ];
}
