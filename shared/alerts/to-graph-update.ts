import { alertPath } from '../defender/alert-update.ts';
import type { AlertUpdateBody } from '../defender/alert-update.ts';
import { toSegment } from '../defender/odata.ts';
import type { AlertVia } from './alert-link-rows.ts';

/** A call that writes to an alert. */
export interface AlertWriteRequest {
  readonly method: 'PATCH' | 'POST';
  readonly path: string;
  readonly body: unknown;
}

/** The calls of an update, at least one; the first is what `Observe` and `dryRun` show. `…` stands for an id that is not known. */
export function toUpdateRequests(
  via: AlertVia,
  alertId: string | undefined,
  body: AlertUpdateBody,
): readonly AlertWriteRequest[] {
  return via === 'Graph' ? toGraphUpdate(alertId, body) : [{ method: 'PATCH', path: alertPath(alertId), body }];
}

/**
 * The same through Graph, with its words in camelCase; a comment is a call of its own:
 * https://learn.microsoft.com/graph/api/security-alert-update and https://learn.microsoft.com/graph/api/security-alert-post-comments
 */
export function toGraphUpdate(alertId: string | undefined, body: AlertUpdateBody): readonly AlertWriteRequest[] {
  const path = graphAlertPath(alertId);
  const { comment, assignedTo, ...words } = body;
  const fields = {
    ...Object.fromEntries(Object.entries(words).map(([name, word]) => [name, toGraphWord(word)])),
    ...(assignedTo === undefined ? {} : { assignedTo }),
  };
  const commentBody = { '@odata.type': 'microsoft.graph.security.alertComment', comment };
  return [
    ...(Object.keys(fields).length === 0 ? [] : [{ method: 'PATCH', path, body: fields } as const]),
    ...(comment === undefined ? [] : [{ method: 'POST', path: `${path}/comments`, body: commentBody } as const]),
  ];
}

/** Microsoft's pages give three determinations two words each in Graph. */
const otherWords: ReadonlyMap<unknown, string> = new Map([
  ['clean', 'notMalicious'],
  ['confirmedUserActivity', 'confirmedActivity'],
  ['compromisedUser', 'compromisedAccount'],
]);

/** The same write with the other word for its determination, if there is one: for a tenant that refuses the first. */
export function inOtherWords(request: AlertWriteRequest): AlertWriteRequest | undefined {
  const { body } = request;
  const determination = body instanceof Object && 'determination' in body && otherWords.get(body.determination);
  return determination ? { ...request, body: { ...body, determination } } : undefined;
}

/** Path of one alert in Graph. */
export function graphAlertPath(alertId: string | undefined): string {
  return `/v1.0/security/alerts_v2/${alertId === undefined ? '…' : toSegment(alertId)}`;
}

function toGraphWord(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
