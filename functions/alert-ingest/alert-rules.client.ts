import type { AlertLinks } from '../../shared/alerts/alert-links.store.ts';
import type { Clock } from '../../shared/clock.ts';
import { eventTimeErrors } from '../../shared/contract/alert.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { AcceptOperationOptions } from '../../shared/http/accept-operation.http.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { toAlertName } from './alert-name.ts';
import { authorizeAlert } from './authorize-alert.ts';
import type { DailyAlerts } from './daily-alerts.client.ts';
import type { FindAlert, FoundAlert } from './update/find-alert.client.ts';
import { isEcho } from './is-echo.ts';
import type { ReceivedAlert, ReceivedUpdate } from './read-alert.ts';

/** The rules of time, state and policy that an alert, or a change of one, must keep. Every `require…` throws `RejectedInput`. */
export interface AlertRules {
  /**
   * Not of a tenant that leaves, not too old, not Defender's own, and none that is there already. Of two that come at once the
   * accept takes one: the id is its exclusive name.
   */
  readonly requireNew: (tenant: TenantRecord, received: ReceivedAlert) => Promise<void>;
  readonly requireAllowed: (tenant: TenantRecord, received: ReceivedAlert) => Promise<void>;
  readonly authorize: (tenant: TenantRecord, received: ReceivedAlert) => Promise<DryRunAnswer['policy']>;
  /** Not of a tenant that leaves, not Defender's own, and of an alert that is there or on its way. */
  readonly requireKnown: (tenant: TenantRecord, received: ReceivedUpdate) => Promise<FoundAlert>;
}

/** Makes the rules over our own records. */
export function createAlertRules(options: {
  readonly work: Pick<Work, 'holderOf'>;
  readonly links: Pick<AlertLinks, 'byAlertId'>;
  readonly findAlert: FindAlert;
  readonly days: Pick<DailyAlerts, 'isFull'>;
  readonly now: Clock;
}): AlertRules {
  const { work, links, findAlert, days, now } = options;
  const authorize: AlertRules['authorize'] = async ({ tenantId, policy: { alerts } }, { alert }) =>
    authorizeAlert(alerts, alert, { isDayFull: await days.isFull(tenantId, alerts.maxPerDay) });
  return {
    authorize,
    requireNew: async (tenant, { alert, eventTimePointer, finding }) => {
      requireStaying(tenant);
      const { tenantId } = tenant;
      const errors = eventTimeErrors(alert.eventTime, now(), eventTimePointer);
      if (errors.length > 0) throw invalidFields(errors);
      const isAlertIdOfOurs = (await links.byAlertId(tenantId, [alert.id])).size > 0;
      if (isEcho({ alert, finding, isAlertIdOfOurs })) throw echo();
      const holder = await work.holderOf(tenantId, toAlertName(alert.id));
      if (holder === undefined) return;
      const { operationId } = holder;
      throw new RejectedInput('alert_exists', 'There is an alert with this id.', { extra: { operationId } });
    },
    requireAllowed: async (tenant, received) => {
      const { allowed, rule } = await authorize(tenant, received);
      if (allowed) return;
      throw new RejectedInput('refused_by_policy', "The tenant's policy does not allow it.", { extra: { rule } });
    },
    requireKnown: async (tenant, { update, finding }) => {
      requireStaying(tenant);
      if (isEcho({ alert: { id: '' }, finding, isAlertIdOfOurs: false })) throw echo();
      const alert = await findAlert(tenant.tenantId, update.id);
      const isObserved = alert.found === 'Observed' && tenant.policy.alerts.mode === 'Observe';
      if (alert.found === 'Made' || alert.found === 'OnItsWay' || isObserved) return alert;
      throw new RejectedInput('alert_not_found', 'No alert in Defender was made for this id.');
    },
  };
}

/** The engine's side of it: what is accepted counts in the tenant's day. */
export function countDays(
  work: AcceptOperationOptions['work'],
  days: Pick<DailyAlerts, 'add'>,
): AcceptOperationOptions['work'] {
  return {
    ...work,
    accept: async (input) => {
      const accepted = await work.accept(input);
      if (accepted.outcome === 'accepted' && input.kind === 'Alert') days.add(input.tenantId);
      return accepted;
    },
  };
}

function requireStaying(tenant: TenantRecord): void {
  if (isLeaving(tenant)) throw new RejectedInput('tenant_removing', 'The tenant is disconnected, or about to be.');
}

function echo(): RejectedInput {
  return new RejectedInput('echo', 'The alert came from Defender, or from here.');
}
