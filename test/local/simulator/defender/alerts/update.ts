import { isRecord, readJson } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { alertNotFound, incorrectBody, toTime } from './context.ts';
import { toAlertReply } from './read.ts';
import { determinations, statuses } from './resource.ts';
import { triaged } from './triage.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { AlertContext } from './context.ts';
import type { AlertResource } from './resource.ts';

const fields = ['status', 'assignedTo', 'classification', 'determination', 'comment'];
type Body = Readonly<Record<string, unknown>>;
type Update = Readonly<Record<string, string>>;

/** Fields that are left out keep their value. */
export function patch(call: DefenderCall, { alerts }: AlertContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const body = readJson(call.exchange);
  if (!isRecord(body)) return incorrectBody();
  const alert = alerts.get(id);
  if (!alert) return alertNotFound(id);
  const update = readUpdate(body, alert, call);
  if (isDefenderError(update)) return update;
  return toAlertReply(call, apply(call, { alerts }, { alert, update }));
}

/** All or nothing; the answer has no body. */
export function batchUpdate(call: DefenderCall, { alerts }: AlertContext): Reply | DefenderError {
  const body = readJson(call.exchange);
  if (!isRecord(body)) return incorrectBody();
  const { alertIds, ...changes } = body;
  if ((alertIds ?? undefined) === undefined) {
    return defenderError('MissingRequiredParameter', 'Parameter alertIds is missing');
  }
  if (!Array.isArray(alertIds) || alertIds.length === 0) return incorrectBody();
  if (!alertIds.every((id): id is string => typeof id === 'string')) return incorrectBody();
  const { alertBatchLimit } = call.switches;
  if (alertIds.length > alertBatchLimit) {
    const message = `Maximum batch size exceeded. Received: ${alertIds.length}, allowed: ${alertBatchLimit}`;
    return defenderError('MaximumBatchSizeExceeded', message);
  }
  const unknown = alertIds.find((id) => alerts.get(id) === undefined);
  if (unknown !== undefined) return alertNotFound(unknown);
  const planned = [...new Set(alertIds)].flatMap((id) => {
    const alert = alerts.get(id);
    return alert ? [{ alert, update: readUpdate(changes, alert, call) }] : [];
  });
  for (const { update } of planned) if (isDefenderError(update)) return update;
  for (const { alert, update } of planned) {
    if (!isDefenderError(update)) apply(call, { alerts }, { alert, update });
  }
  return { status: 200 };
}

function readUpdate(body: Body, alert: AlertResource, { switches }: DefenderCall): Update | DefenderError {
  const given = Object.entries(body).filter(([, value]) => value !== null);
  if (!given.every(([name, value]) => fields.includes(name) && typeof value === 'string')) return incorrectBody();
  const update = Object.fromEntries(given) as Update;
  const { status, classification, determination } = update;
  const invalid = (name: string): DefenderError =>
    defenderError('InvalidInput', `Invalid input ${name}: ${update[name]}`);
  if (status !== undefined && !statuses.includes(status)) return invalid('status');
  if (classification !== undefined && !(classification in determinations)) return invalid('classification');
  const known = Object.values(determinations).flat();
  if (determination !== undefined && !known.includes(determination)) return invalid('determination');
  if (switches.strictDetermination && (classification ?? determination) !== undefined) {
    const allowed = determinations[classification ?? alert.classification ?? ''];
    const wanted = determination ?? alert.determination;
    if (wanted !== null && !allowed?.includes(wanted)) {
      return defenderError('InvalidInput', `Invalid input determination: ${wanted}`);
    }
  }
  return update;
}

function apply(
  call: DefenderCall,
  { alerts }: Pick<AlertContext, 'alerts'>,
  { alert, update }: { readonly alert: AlertResource; readonly update: Update },
): AlertResource {
  if (Object.keys(update).length === 0) return alert;
  call.exchange.applied = true;
  return alerts.change(alert.id, triaged(alert, update, { by: call.applicationName, now: toTime(call.nowMs) }));
}
