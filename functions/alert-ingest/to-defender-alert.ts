import type { AlertCategory, AlertCreated, AlertSeverity } from '../../shared/contract/alert.ts';
import type { AlertEvent } from '../../shared/contract/operation-result.ts';
import type { TenantPolicy } from '../../shared/contract/tenant.ts';
import { hasMark, toMark } from '../../shared/operation-mark.ts';

/** Body of Defender's call: all eight are required, names and case as they are. */
export interface DefenderAlertBody {
  readonly machineId: string;
  readonly eventTime: string;
  readonly reportId: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly description: string;
  readonly recommendedAction: string;
  readonly category: AlertCategory;
}

/** The call that creates an alert: what is sent, and what `Observe` and `dryRun` show instead. */
export interface DefenderAlertRequest {
  readonly method: 'POST';
  readonly path: '/api/alerts/CreateAlertByReference';
  readonly body: DefenderAlertBody;
}

/** What an alert in Defender is made of. */
export interface DefenderAlertParts {
  readonly alert: AlertCreated;
  readonly machineId: string;
  readonly event: Pick<AlertEvent, 'timestamp' | 'reportId'>;
  /** `undefined` in a dry run, which has none: the mark is `[op_…]` then. */
  readonly operationId: string | undefined;
  /** Of `partner.json`. */
  readonly displayName: string;
  readonly onSameTitle: TenantPolicy['alerts']['onSameTitle'];
}

/** Our own limit of titles (contract §4): Defender documents none. */
const maxTitle = 256;

/** The call that creates an alert: https://learn.microsoft.com/defender-endpoint/api/create-alert-by-reference */
export function toDefenderAlert(parts: DefenderAlertParts): DefenderAlertRequest {
  const { alert, machineId, event, displayName } = parts;
  const body = {
    ...{ machineId, eventTime: event.timestamp, reportId: event.reportId },
    ...{ severity: alert.severity, title: toTitle(parts), description: toDescription(parts) },
    recommendedAction: alert.recommendedAction ?? `Open the alert in ${displayName}.`,
    category: alert.category,
  };
  return { method: 'POST', path: '/api/alerts/CreateAlertByReference', body };
}

/**
 * Whether an alert in Defender is the one that an operation made. The answer to a creation that is not has absorbed it:
 * Defender merges equal titles on a machine into one open alert.
 */
export function isMadeBy(operationId: string, { description }: { readonly description?: string | undefined }): boolean {
  return hasMark(description, operationId);
}

/** `Distinct`: the id stays whole, for it is what tells two alerts apart; the title before it is cut. */
export function toTitle({
  alert: { id, title },
  onSameTitle,
}: Pick<DefenderAlertParts, 'alert' | 'onSameTitle'>): string {
  if (onSameTitle === 'Merge') return title;
  const suffix = ` (${id})`;
  return `${cut(title, maxTitle - suffix.length)}${suffix}`;
}

/** No more UTF-16 units than these, and never half a character. */
function cut(text: string, length: number): string {
  const part = text.slice(0, length);
  return part.isWellFormed() || !text.isWellFormed() ? part : part.slice(0, -1);
}

/** What the partner says, techniques, link and mark; where that is too long, only the first of them is cut. */
export function toDescription(
  { alert, operationId }: Pick<DefenderAlertParts, 'alert' | 'operationId'>,
  maxLength = Number.POSITIVE_INFINITY,
): string {
  const { description, mitreTechniques, sourceUrl } = alert;
  const techniques = mitreTechniques.length === 0 ? [] : [`Techniques: ${mitreTechniques.join(', ')}`];
  const links = sourceUrl === undefined ? [] : [sourceUrl];
  const end = ['', '', ...techniques, ...links, toMark(operationId)].join('\n');
  return cut(description, maxLength - end.length) + end;
}
