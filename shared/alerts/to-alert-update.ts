import type { AlertClassification, AlertDetermination, AlertStatus } from '../contract/triage.ts';
import { alertPath, toOlderName } from '../defender/alert-update.ts';
import type { AlertUpdateBody, AlertUpdateRequest } from '../defender/alert-update.ts';
import { toMark } from '../operation-mark.ts';

/** What is to be written to an alert in Defender. What is left out keeps its value. */
export interface AlertTriage {
  readonly status?: AlertStatus | undefined;
  readonly classification?: AlertClassification | undefined;
  readonly determination?: AlertDetermination | undefined;
  readonly assignedTo?: string | undefined;
  /** Without our mark. */
  readonly comment?: string | undefined;
}

/**
 * The call that updates an alert: https://learn.microsoft.com/defender-endpoint/api/update-alert. `alertId` is Defender's,
 * `undefined` while there is none (the alert itself was only observed); a comment ends in the mark of the operation.
 */
export function toAlertUpdate(
  alertId: string | undefined,
  triage: AlertTriage,
  operationId: string | undefined,
): AlertUpdateRequest {
  const path = alertPath(alertId);
  return { method: 'PATCH', path, body: toBody(triage, operationId) };
}

function toBody(triage: AlertTriage, operationId: string | undefined): AlertUpdateBody {
  const { status, classification, determination, assignedTo, comment } = triage;
  return {
    ...(status === undefined ? {} : { status }),
    ...(classification === undefined ? {} : { classification }),
    ...(determination === undefined ? {} : { determination: toOlderName(determination) }),
    ...(assignedTo === undefined ? {} : { assignedTo }),
    ...(comment === undefined ? {} : { comment: `${comment} ${toMark(operationId)}` }),
  };
}
