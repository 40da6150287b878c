import { createHash } from 'node:crypto';
import type { HttpHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import { alertEnvelopeSchema } from '../../shared/contract/event.ts';
import type { AlertEnvelope } from '../../shared/contract/event.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import { createAcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { fingerprintOf, readDedupeKey } from '../../shared/http/dedupe-key.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import type { RouteRequest } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { readTraceparent } from '../../shared/http/trace-context.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../shared/work/accept.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { createAlertRules, refuseDoubles } from './alert-rules.client.ts';
import { createDailyAlerts } from './daily-alerts.client.ts';
import { dryRunAlert } from './dry-run-alert.client.ts';
import { readAlert } from './read-alert.ts';
import type { ReceivedAlert } from './read-alert.ts';
import type { SearchDefender } from './search-defender.client.ts';

/** What the route needs. */
export interface ReceiveAlertOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly search: SearchDefender;
  readonly work: Pick<Work, 'accept' | 'recall' | 'perform' | 'list' | 'count'>;
  /** Of `partner.json`. */
  readonly displayName: string;
  readonly publicUrl: string;
  readonly now: Clock;
}

const routeName = 'POST /api/v1/tenants/{tenantId}/alerts';

/** Makes the handler of `POST /api/v1/tenants/{tenantId}/alerts` (contract §2, §4). */
export function createReceiveAlert(serve: Serve, options: ReceiveAlertOptions): HttpHandler {
  const { tenants, search, work, displayName, publicUrl, now } = options;
  const days = createDailyAlerts({ work, now });
  const rules = createAlertRules({ work, days, now });
  const acceptOperation = createAcceptOperation({ work: refuseDoubles(work, days), publicUrl, now });
  return serve({
    scope: 'alerts:write',
    of: 'Tenant',
    acceptsSignature: true,
    readHeaders: readDedupeKey,
    find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
    body: { schema: alertEnvelopeSchema, pathIds: ['tenantId'] },
    handle: async ({ target, given: dedupeKey, body, bytes, ...request }) => {
      const tenant = target.document;
      const received = requireCarried(body);
      if (body.dryRun) {
        await rules.requireNew(tenant, received);
        const policy = await rules.authorize(tenant, received);
        const question = { tenant, alert: received.alert, policy, displayName, nowMs: now() };
        return { status: 200, body: await dryRunAlert(search, question) };
      }
      const fingerprint = fingerprintOf(routeName, bytes);
      const operation = toNewOperation({ tenant, received, request, nowMs: now() });
      return acceptOperation({ ...operation, dedupeKey, fingerprint }, request, async () => {
        await rules.requireNew(tenant, received);
        await rules.requireAllowed(tenant, received);
      });
    },
  });
}

function toNewOperation({
  tenant,
  received: { alert },
  request,
  nowMs,
}: {
  readonly tenant: TenantRecord;
  readonly received: ReceivedAlert;
  readonly request: RouteRequest;
  readonly nowMs: number;
}): Omit<NewOperation, 'dedupeKey' | 'fingerprint'> {
  return {
    tenantId: tenant.tenantId,
    kind: 'Alert',
    callerId: request.caller.callerId,
    request: alert,
    reference: alert.id,
    // Any text may be an id, but not a row's key.
    exclusive: `alert|${createHash('sha256').update(alert.id).digest('hex')}`,
    submitByMs: nowMs + parseDurationMs(tenant.policy.alerts.submitWithin),
    ...readTraceparent(request.headers),
  };
}

function requireCarried(envelope: AlertEnvelope): ReceivedAlert {
  const received = readAlert(envelope);
  if ('errors' in received) throw invalidFields(received.errors);
  return received;
}
