import { ticksPerMs, toTimeText } from '../hunting/ticks.ts';
import { isRecord, json, readJson } from '../http/exchange.ts';
import { badRequest, isGraphError } from './errors.ts';
import { alertNotFound, findAlert, toAlertReply, versionOf } from './read-alerts.ts';
import { readGraphTriage, writeGraphTriage } from './triage.ts';
import type { Reply } from '../http/exchange.ts';
import type { GraphError } from './errors.ts';
import type { GraphAlertContext } from './read-alerts.ts';
import type { GraphCall } from './routes.ts';

/** https://learn.microsoft.com/graph/api/security-alert-update: fields that are left out keep their value. */
export function patchAlert(call: GraphCall, context: GraphAlertContext): Reply | GraphError {
  const body = readJson(call.exchange);
  if (!isRecord(body)) return badRequest('The body is no JSON object.');
  const { '@odata.type': _type, ...fields } = body;
  const { id = '' } = call.parameters;
  const alert = findAlert(context, id);
  if (!alert) return alertNotFound(id);
  const triage = readGraphTriage(fields);
  if (isGraphError(triage)) return triage;
  if (Object.keys(triage).length === 0) return toAlertReply(call, 200, alert);
  call.exchange.applied = true;
  return toAlertReply(call, 200, writeGraphTriage(context, { id, triage, ...author(call) }));
}

/** https://learn.microsoft.com/graph/api/security-alert-post-comments: answers all comments of the alert. */
export function postComment(call: GraphCall, context: GraphAlertContext): Reply | GraphError {
  const body = readJson(call.exchange);
  const { '@odata.type': type, comment } = isRecord(body) ? body : {};
  const isComment = type === undefined || /^#?microsoft\.graph\.security\.alertComment$/.test(String(type));
  if (!isComment || typeof comment !== 'string' || comment === '')
    return badRequest('The property comment is missing.');
  const { id = '' } = call.parameters;
  if (!findAlert(context, id)) return alertNotFound(id);
  call.exchange.applied = true;
  const { comments } = writeGraphTriage(context, { id, triage: { comment }, ...author(call) });
  return json(200, {
    '@odata.context': `https://${call.exchange.host}/${versionOf(call)}/$metadata#security/alerts_v2('${id}')/comments`,
    value: comments,
  });
}

function author({ applicationName, nowMs }: GraphCall): { readonly by: string; readonly now: string } {
  return { by: applicationName, now: toTimeText(BigInt(nowMs) * ticksPerMs) };
}
