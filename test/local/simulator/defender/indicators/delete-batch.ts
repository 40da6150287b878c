import { isRecord, noContent, readJson } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { toSubmitter } from './submitter.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { IndicatorStore } from './store.ts';

const maxIds = 500;

/** All or nothing, unless a switch says otherwise; an id that stands twice is one. */
export function deleteBatch(store: IndicatorStore, call: DefenderCall): Reply | DefenderError {
  const ids = readIds(call);
  if ('code' in ids) return ids;
  const rows = ids.map((id) => store.get(id, call.nowMs));
  const { mayChangeAll } = toSubmitter(call);
  if (rows.some((row) => row && !mayChangeAll && row.createdBy !== call.clientId)) {
    return defenderError('Forbidden', 'An indicator belongs to somebody else');
  }
  const unknown = ids.find((_id, index) => rows[index] === undefined);
  const isRefused = unknown !== undefined && call.switches.batchDelete === 'atomic';
  if (!isRefused && store.delete(ids, call.nowMs) > 0) call.exchange.applied = true;
  return unknown !== undefined && call.switches.batchDelete !== 'known-then-204'
    ? defenderError('ResourceNotFound', `Resource ${unknown} was not found`)
    : noContent();
}

function readIds(call: DefenderCall): readonly string[] | DefenderError {
  const incorrect = defenderError('InvalidRequestBody', 'Request body is incorrect');
  const body = readJson(call.exchange);
  if (!isRecord(body)) return incorrect;
  const ids = body['IndicatorIds'];
  if (ids === undefined) return defenderError('MissingRequiredParameter', 'Parameter IndicatorIds is missing');
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string')) return incorrect;
  if (ids.length > maxIds) {
    const message = `Maximum batch size exceeded. Received: ${ids.length}, allowed: ${maxIds}`;
    return defenderError('MaximumBatchSizeExceeded', message);
  }
  const invalid = ids.find((id: string) => !/^\d+$/.test(id));
  return invalid === undefined ? ids : defenderError('InvalidInput', `Invalid input IndicatorIds: ${invalid}`);
}
