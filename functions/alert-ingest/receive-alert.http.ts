import type { HttpHandler } from '@azure/functions';
import { linkKeptMs } from '../../shared/alerts/alert-link-rows.ts';
import type { AlertLinks } from '../../shared/alerts/alert-links.store.ts';
import type { AlertTriage } from '../../shared/alerts/alert-triage.client.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import { alertEnvelopeSchema } from '../../shared/contract/event.ts';
import type { AlertEnvelope } from '../../shared/contract/event.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import { createAcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { fingerprintOf, readDedupeKey } from '../../shared/http/dedupe-key.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import type { Call } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { readTraceparent } from '../../shared/http/trace-context.ts';
import type { Documents, Versioned } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../shared/work/new-operation.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { toAlertName } from './alert-name.ts';
import { countDays, createAlertRules } from './alert-rules.client.ts';
import { createDailyAlerts } from './daily-alerts.client.ts';
import { dryRunAlert } from './dry-run-alert.client.ts';
import { dryRunUpdate } from './update/dry-run-update.client.ts';
import type { FindAlert } from './update/find-alert.client.ts';
import { readAlert } from './read-alert.ts';
import type { ReceivedAlert, ReceivedUpdate } from './read-alert.ts';
import type { SearchDefender } from './search-defender.client.ts';

/** What the route needs. */
export interface ReceiveAlertOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly search: SearchDefender;
  readonly findAlert: FindAlert;
  readonly links: Pick<AlertLinks, 'byAlertId'>;
  readonly triage: AlertTriage;
  readonly work: Pick<Work, 'accept' | 'recall' | 'perform' | 'holderOf' | 'count'>;
  /** Of `partner.json`. */
  readonly displayName: string;
  readonly publicUrl: string;
  readonly now: Clock;
}

const routeName = 'POST /api/v1/tenants/{tenantId}/alerts';
const maxBytes = 256 * 1024;

/** Makes the handler of `POST /api/v1/tenants/{tenantId}/alerts` (contract §2, §4). */
export function createReceiveAlert(serve: Serve, options: ReceiveAlertOptions): HttpHandler {
  const { tenants, search, triage, work, displayName, publicUrl, now } = options;
  const days = createDailyAlerts({ work, now });
  const rules = createAlertRules({ ...options, days });
  const acceptOperation = createAcceptOperation({ work: countDays(work, days), publicUrl, now });
  return serve({
    scope: 'alerts:write',
    of: 'Tenant',
    acceptsSignature: true,
    readHeaders: readDedupeKey,
    find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
    body: { schema: alertEnvelopeSchema, pathIds: ['tenantId'], maxBytes },
    handle: async (call) => {
      const tenant = call.target.document;
      const received = requireReadable(call.body);
      if (call.body.dryRun) return { status: 200, body: await dryRun(tenant, received) };
      return acceptOperation(toNewOperation(call, received, now()), call, async () => {
        if (received.type === 'alert.updated') return void (await rules.requireKnown(tenant, received));
        await rules.requireNew(tenant, received);
        await rules.requireAllowed(tenant, received);
      });
    },
  });

  async function dryRun(tenant: TenantRecord, received: ReceivedAlert | ReceivedUpdate): Promise<DryRunAnswer> {
    if (received.type === 'alert.updated') {
      const found = await rules.requireKnown(tenant, received);
      return dryRunUpdate(triage, { tenant, update: received.update, found });
    }
    await rules.requireNew(tenant, received);
    const policy = await rules.authorize(tenant, received);
    return dryRunAlert(search, { tenant, alert: received.alert, policy, displayName, nowMs: now() });
  }
}

type AlertCall = Call<Versioned<TenantRecord>, string, AlertEnvelope>;

function toNewOperation(call: AlertCall, received: ReceivedAlert | ReceivedUpdate, nowMs: number): NewOperation {
  const { target, given: dedupeKey, bytes, caller, headers } = call;
  const { tenantId, policy } = target.document;
  return {
    ...{ tenantId, dedupeKey, fingerprint: fingerprintOf(routeName, bytes), callerId: caller.callerId },
    // As received, not as understood: that is what a dead letter shows.
    request: JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>,
    submitByMs: nowMs + parseDurationMs(policy.alerts.submitWithin),
    ...readTraceparent(headers),
    ...(received.type === 'alert.updated' ? ofUpdate(received) : ofAlert(received)),
  };
}

function ofAlert({ alert: { id } }: ReceivedAlert) {
  // An id stays taken as long as the link between it and its alert lives.
  return { kind: 'Alert', reference: id, exclusive: toAlertName(id), keepsNameMs: linkKeptMs } as const;
}

function ofUpdate({ update: { id } }: ReceivedUpdate) {
  return { kind: 'AlertUpdate', reference: id } as const;
}

function requireReadable(envelope: AlertEnvelope): ReceivedAlert | ReceivedUpdate {
  const received = readAlert(envelope);
  if (received.type === 'refused') throw invalidFields(received.errors);
  return received;
}
