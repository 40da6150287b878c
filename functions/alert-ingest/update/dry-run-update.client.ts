import type { AlertTriage } from '../../../shared/alerts/alert-triage.client.ts';
import { toAlertUpdate } from '../../../shared/alerts/to-alert-update.ts';
import { toUpdateRequests } from '../../../shared/alerts/to-graph-update.ts';
import type { AlertUpdated } from '../../../shared/contract/alert.ts';
import type { DryRunAnswer } from '../../../shared/contract/dry-run.ts';
import { RejectedInput, UpstreamRefused } from '../../../shared/errors.ts';
import { toTenantStatus } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { toOperationError } from '../../../shared/work/next-attempt.ts';
import type { FoundAlert } from './find-alert.client.ts';

/** What a dry run is about. */
export interface UpdateQuestion {
  readonly tenant: TenantRecord;
  readonly update: AlertUpdated;
  readonly found: FoundAlert;
}

/**
 * What a change of an alert would do: the alert is read, nothing is written. Of an alert that is not made yet the path shows `…`.
 * Throws `RejectedInput` `wrong_state` when the tenant cannot be asked.
 */
export async function dryRunUpdate(
  triage: AlertTriage,
  { tenant, update, found }: UpdateQuestion,
): Promise<DryRunAnswer> {
  const status = toTenantStatus(tenant);
  if (status !== 'Connected') throw new RejectedInput('wrong_state', `The tenant is ${status}: nothing can be asked.`);
  const answer = { dryRun: true, policy: { allowed: true, needsApproval: false } } as const;
  const { via, alertId } = found.found === 'Made' ? found : { via: 'Defender' as const, alertId: undefined };
  const [request] = toUpdateRequests(via, alertId, toAlertUpdate(alertId, update, undefined).body);
  if (found.found !== 'Made') return { ...answer, ...(request === undefined ? {} : { request }) };
  try {
    const { alert } = await triage[found.via].getAlert(tenant, found.alertId);
    if (alert !== undefined) return { ...answer, ...(request === undefined ? {} : { request }) };
    return { ...answer, error: { code: 'alert_not_found', message: 'Defender does not know the alert any more.' } };
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    return { ...answer, error: toOperationError(error) };
  }
}
