import { isRecord, json, noContent, readJson } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { answerCollection } from '../odata-query.ts';
import { contextOf } from '../operation.ts';
import { deleteBatch } from './delete-batch.ts';
import { importIndicators } from './import-indicators.ts';
import { toSubmitter } from './submitter.ts';
import { readSubmission } from './submission.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { IndicatorStore } from './store.ts';

const readRoles = ['Ti.ReadWrite.All', 'Ti.ReadWrite', 'Ti.Read.All'];
/** `Ti.ReadWrite` is turned away inside, unless its switch is on. */
const writeRoles = ['Ti.ReadWrite.All', 'Ti.ReadWrite'];

const filterable = {
  application: 'application',
  createdByDisplayName: 'createdByDisplayName',
  expirationTime: 'expirationTime',
  generateAlert: 'generateAlert',
  title: 'title',
  rbacGroupNames: 'rbacGroupNames',
  rbacGroupIds: 'rbacGroupIds',
  indicatorValue: 'indicatorValue',
  indicatorType: 'indicatorType',
  creationTimeDateTimeUtc: 'creationTimeDateTimeUtc',
  createdBy: 'createdBy',
  action: 'action',
  severity: 'severity',
};

export type StoreOf = (tenantId: string) => IndicatorStore;

export function indicatorOperations(storeOf: StoreOf): readonly DefenderOperation[] {
  const read = { roles: readRoles, quota: 'indicators' } as const;
  const write = { roles: writeRoles, quota: 'indicators' } as const;
  return [
    { ...read, method: 'GET', path: '/api/indicators', handle: (call) => list(storeOf, call) },
    { ...write, method: 'POST', path: '/api/indicators', handle: guarded((call) => submit(storeOf, call)) },
    {
      ...{ ...write, quota: 'indicatorsImport', method: 'POST', path: '/api/indicators/import' },
      handle: guarded((call) => importIndicators(storeOf(call.tenantId), call)),
    },
    {
      ...{ ...write, quota: 'indicatorsBatchDelete', method: 'POST', path: '/api/indicators/BatchDelete' },
      handle: guarded((call) => deleteBatch(storeOf(call.tenantId), call)),
    },
    { ...read, method: 'GET', path: '/api/indicators/{id}', handle: (call) => get(storeOf, call) },
    { ...write, method: 'DELETE', path: '/api/indicators/{id}', handle: guarded((call) => deleteOne(storeOf, call)) },
  ];
}

type Handle = (call: DefenderCall) => Reply | DefenderError;

/** Newest documentation: only `Ti.ReadWrite.All` writes. */
function guarded(handle: Handle): Handle {
  return (call) =>
    call.roles.includes('Ti.ReadWrite.All') || call.switches.legacyTiReadWrite
      ? handle(call)
      : defenderError('Forbidden', 'Missing application roles. API required roles: Ti.ReadWrite.All.');
}

function list(storeOf: StoreOf, call: DefenderCall): Reply | DefenderError {
  const rows = storeOf(call.tenantId)
    .list(call.nowMs)
    .filter((row) => maySee(call, row.createdBy))
    .map((row) => ({ ...row }));
  return answerCollection(call, { name: 'Indicators', rows, filterable });
}

function get(storeOf: StoreOf, call: DefenderCall): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const row = storeOf(call.tenantId).get(id, call.nowMs);
  if (!row || !maySee(call, row.createdBy)) return notFound(id);
  return json(200, { '@odata.context': contextOf(call.exchange, 'Indicators/$entity'), ...row });
}

function submit(storeOf: StoreOf, call: DefenderCall): Reply | DefenderError {
  const body = readJson(call.exchange);
  if (!isRecord(body)) return defenderError('InvalidRequestBody', 'Request body is incorrect');
  const submission = readSubmission(body, call.nowMs, call.switches);
  if (isDefenderError(submission)) return submission;
  const { nowMs, switches } = call;
  const row = storeOf(call.tenantId).submit(submission, { submitter: toSubmitter(call), nowMs, switches });
  if (isDefenderError(row)) return row;
  call.exchange.applied = true;
  return json(200, { '@odata.context': contextOf(call.exchange, 'Indicators/$entity'), ...row });
}

function deleteOne(storeOf: StoreOf, call: DefenderCall): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const store = storeOf(call.tenantId);
  const row = store.get(id, call.nowMs);
  if (!row) return notFound(id);
  if (!toSubmitter(call).mayChangeAll && row.createdBy !== call.clientId) {
    return defenderError('Forbidden', 'The indicator belongs to somebody else');
  }
  store.delete([id], call.nowMs);
  call.exchange.applied = true;
  return noContent();
}

function maySee({ roles, clientId }: DefenderCall, createdBy: string): boolean {
  return roles.includes('Ti.ReadWrite.All') || roles.includes('Ti.Read.All') || createdBy === clientId;
}

function notFound(id: string): DefenderError {
  return defenderError('ResourceNotFound', `Resource ${id} was not found`);
}
