import type { Clock } from '../../shared/clock.ts';
import { eventTimeErrors } from '../../shared/contract/alert.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { AcceptOperationOptions } from '../../shared/http/accept-operation.http.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { authorizeAlert } from './authorize-alert.ts';
import type { DailyAlerts } from './daily-alerts.client.ts';
import { isEcho } from './is-echo.ts';
import type { ReceivedAlert } from './read-alert.ts';

/** The rules of time, state and policy that a new alert must keep. Every `require…` throws `RejectedInput`. */
export interface AlertRules {
  /** Not of a tenant that leaves, not too old, not Defender's own, and none that is there already. */
  readonly requireNew: (tenant: TenantRecord, received: ReceivedAlert) => Promise<void>;
  readonly requireAllowed: (tenant: TenantRecord, received: ReceivedAlert) => Promise<void>;
  readonly authorize: (tenant: TenantRecord, received: ReceivedAlert) => Promise<DryRunAnswer['policy']>;
}

/** An id has one operation that did not fail, and those that failed before it; more need not be looked at. */
const enough = 50;

/** Makes the rules over our own records. */
export function createAlertRules(options: {
  readonly work: Pick<Work, 'list'>;
  readonly days: Pick<DailyAlerts, 'isFull'>;
  readonly now: Clock;
}): AlertRules {
  const { work, days, now } = options;
  const authorize: AlertRules['authorize'] = async ({ tenantId, policy: { alerts } }, { alert }) =>
    authorizeAlert(alerts, alert, { isDayFull: await days.isFull(tenantId, alerts.maxPerDay) });
  return {
    authorize,
    requireNew: async (tenant, { alert, eventTimePointer, finding }) => {
      if (isLeaving(tenant)) throw new RejectedInput('tenant_removing', 'The tenant is disconnected, or about to be.');
      const errors = eventTimeErrors(alert.eventTime, now(), eventTimePointer);
      if (errors.length > 0) throw invalidFields(errors);
      const known = await work.list(tenant.tenantId, { reference: alert.id }, { limit: enough });
      const operations = known?.operations ?? [];
      const isAlertIdOfOurs = operations.some(({ upstream }) => upstream?.alertId === alert.id);
      if (isEcho({ alert, finding, isAlertIdOfOurs })) {
        throw new RejectedInput('echo', 'The alert came from Defender, or from here.');
      }
      const other = operations.find((operation) => isTaken(operation, alert.id));
      if (other !== undefined) throw alertExists(other);
    },
    requireAllowed: async (tenant, received) => {
      const { allowed, rule } = await authorize(tenant, received);
      if (allowed) return;
      throw new RejectedInput('refused_by_policy', "The tenant's policy does not allow it.", { extra: { rule } });
    },
  };
}

/** The engine's side of it: at most one unfinished alert has an id, however close two requests come. */
export function refuseDoubles(
  work: AcceptOperationOptions['work'],
  days: Pick<DailyAlerts, 'add'>,
): AcceptOperationOptions['work'] {
  return {
    ...work,
    accept: async (input) => {
      const accepted = await work.accept(input);
      if (accepted.outcome === 'accepted') days.add(input.tenantId);
      if (accepted.outcome !== 'running') return accepted;
      await work.perform(accepted, 0); // gives back what was taken up with the answer
      throw alertExists(accepted.operation);
    },
  };
}

/** Found by the id as the partner's own, not by one of Microsoft's that reads alike. */
function isTaken({ kind, status, upstream = {} }: Operation, id: string): boolean {
  const isTheirs = Object.values(upstream).some((each) => String(each) === id);
  return kind === 'Alert' && !isTheirs && status !== 'Failed' && status !== 'Canceled';
}

function alertExists({ id: operationId }: Operation): RejectedInput {
  return new RejectedInput('alert_exists', 'There is an alert with this id.', { extra: { operationId } });
}
