import { triaged } from '../defender/alerts/triage.ts';
import { fromGraphDetermination, fromGraphName, graphNames } from './alert-names.ts';
import { badRequest } from './errors.ts';
import { alertNotFound, findAlert } from './read-alerts.ts';
import type { Triage } from '../defender/alerts/triage.ts';
import type { GraphAlert } from './alert-resource.ts';
import type { GraphError } from './errors.ts';
import type { GraphAlertContext } from './read-alerts.ts';

/** What somebody writes into an alert, in Graph's names. */
export interface GraphTriage {
  readonly status?: string;
  readonly classification?: string;
  readonly determination?: string;
  readonly assignedTo?: string | null;
  readonly comment?: string;
}

/** Refuses names and values that Graph does not know. */
export function readGraphTriage(fields: Readonly<Record<string, unknown>>): Omit<GraphTriage, 'comment'> | GraphError {
  for (const [name, value] of Object.entries(fields)) {
    const isFitting =
      name === 'assignedTo'
        ? value === null || typeof value === 'string'
        : name in graphNames && graphNames[name as keyof typeof graphNames].some((each) => each === value);
    if (!isFitting) return badRequest(`The property ${name} is unknown, or its value invalid.`);
  }
  return fields;
}

export interface GraphTriageOrder {
  readonly id: string;
  readonly triage: GraphTriage;
  readonly by: string;
  /** Seven digits. */
  readonly now: string;
}

/** An alert of Defender changes there, so that both APIs show the same. Throws when there is no such alert. */
export function writeGraphTriage(context: GraphAlertContext, { id, triage, by, now }: GraphTriageOrder): GraphAlert {
  const alert = context.alerts.get(id);
  if (alert) context.alerts.change(id, triaged(alert, toDefender(triage), { by, now }));
  else context.graphAlerts.change(id, changesOf(context.graphAlerts.get(id), triage, { by, now }));
  const changed = findAlert(context, id);
  if (!changed) throw new RangeError(alertNotFound(id).message);
  return changed;
}

function toDefender({ status, classification, determination, ...others }: GraphTriage): Triage {
  return {
    ...others,
    ...(status === undefined ? {} : { status: fromGraphName(status) ?? 'Unknown' }),
    ...(classification === undefined ? {} : { classification: fromGraphName(classification) }),
    ...(determination === undefined ? {} : { determination: fromGraphDetermination(determination) }),
  };
}

function changesOf(
  alert: GraphAlert | undefined,
  { comment, ...fields }: GraphTriage,
  { by, now }: { readonly by: string; readonly now: string },
): Partial<GraphAlert> {
  const added = comment === undefined ? [] : [{ comment, createdByDisplayName: by, createdDateTime: now }];
  const isResolved = fields.status === 'resolved' && alert?.status !== 'resolved';
  const isOpenedAgain = fields.status !== undefined && fields.status !== 'resolved';
  return {
    ...fields,
    ...(isResolved ? { resolvedDateTime: now } : {}),
    ...(isOpenedAgain ? { resolvedDateTime: null } : {}),
    comments: [...(alert?.comments ?? []), ...added],
    lastUpdateDateTime: now,
  };
}
