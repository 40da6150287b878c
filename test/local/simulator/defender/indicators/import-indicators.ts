import { isRecord, json, readJson } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { readSubmission } from './submission.ts';
import { toSubmitter } from './submitter.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { IndicatorSubmission } from './resource.ts';
import type { IndicatorStore } from './store.ts';

const maxItems = 500;

/** Results in the order of the request; a bad item fails alone, unless a switch says otherwise. */
export function importIndicators(store: IndicatorStore, call: DefenderCall): Reply | DefenderError {
  const items = readItems(call);
  if ('code' in items) return items;
  const read = items.map((item) => readSubmission(item, call.nowMs, call.switches));
  const refusal = findRefusal(store, call, read);
  if (refusal) return refusal;

  const { nowMs, switches } = call;
  const submitter = toSubmitter(call);
  const value = read.map((submission, index) => {
    const result = isDefenderError(submission) ? submission : store.submit(submission, { submitter, nowMs, switches });
    const indicator = toIndicator(items[index]);
    if (isDefenderError(result)) return { id: null, indicator, isFailed: true, failureReason: result.message };
    call.exchange.applied = true;
    return { id: result.id, indicator, isFailed: false, failureReason: null };
  });
  return json(200, { value });
}

function readItems(call: DefenderCall): readonly unknown[] | DefenderError {
  const body = readJson(call.exchange);
  if (!isRecord(body)) return defenderError('InvalidRequestBody', 'Request body is incorrect');
  const items = body['Indicators'];
  if (items === undefined) return defenderError('MissingRequiredParameter', 'Parameter Indicators is missing');
  if (!Array.isArray(items) || items.length === 0)
    return defenderError('InvalidRequestBody', 'Request body is incorrect');
  if (items.length > maxItems) {
    const message = `Maximum batch size exceeded. Received: ${items.length}, allowed: ${maxItems}`;
    return defenderError('MaximumBatchSizeExceeded', message);
  }
  return items;
}

/** What refuses the body as a whole, under the switches that do. */
function findRefusal(
  store: IndicatorStore,
  { nowMs, switches }: DefenderCall,
  read: readonly (IndicatorSubmission | DefenderError)[],
): DefenderError | undefined {
  const bad = read.find(isDefenderError);
  if (bad && switches.importFailure === 'whole-body') return bad;
  const isOver = store.list(nowMs).length + read.length > switches.indicatorLimit;
  if (isOver && switches.limitAnswer === 'whole-body') {
    return defenderError('BadRequest', `The limit of ${switches.indicatorLimit} indicators per tenant is reached`);
  }
  return undefined;
}

/** The value as it was sent. */
function toIndicator(item: unknown): string | null {
  const value = isRecord(item) ? item['indicatorValue'] : undefined;
  return typeof value === 'string' ? value : null;
}
