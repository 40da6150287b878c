import type { HttpHandler } from '@azure/functions';
import { toActionOperation } from '../../shared/actions/action-operation.ts';
import type { ActionOrder, StoredAction } from '../../shared/actions/action-operation.ts';
import type { Clock } from '../../shared/clock.ts';
import { actionEnvelopeSchema } from '../../shared/contract/event.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { AcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { fingerprintOf, readDedupeKey } from '../../shared/http/dedupe-key.ts';
import type { RouteRequest } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { readTraceparent } from '../../shared/http/trace-context.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Authorization } from './guard/authorize-action.ts';
import type { AuthorizeNow } from './guard/authorize-now.client.ts';
import { dryRunAction } from './dry-run-action.client.ts';
import type { PreviewByKind } from './dry-run-action.client.ts';
import type { RequireIndicator } from './indicator/require-indicator.client.ts';

/** What the route needs. */
export interface RequestActionOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly previewByKind: PreviewByKind;
  readonly requireIndicator: RequireIndicator;
  readonly authorizeNow: AuthorizeNow;
  readonly acceptOperation: AcceptOperation;
  readonly now: Clock;
}

const routeName = 'POST /api/v1/tenants/{tenantId}/actions';

/** Makes the handler of `POST /api/v1/tenants/{tenantId}/actions` (contract §2, §5). */
export function createRequestAction(serve: Serve, options: RequestActionOptions): HttpHandler {
  const { tenants, previewByKind, requireIndicator, authorizeNow, acceptOperation, now } = options;
  return serve({
    scope: 'actions:write',
    of: 'Tenant',
    acceptsSignature: true,
    readHeaders: readDedupeKey,
    find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
    body: { schema: actionEnvelopeSchema, pathIds: ['tenantId'] },
    handle: async ({ target, given: dedupeKey, body, bytes, ...request }) => {
      const tenant = target.document;
      const action = { data: body.data };
      if (body.dryRun) {
        requireStaying(tenant);
        await requireIndicator(tenant, body.data);
        return { status: 200, body: await dryRunAction({ previewByKind, authorizeNow }, tenant, action) };
      }
      const fingerprint = fingerprintOf(routeName, bytes);
      const order = toOrder({ tenant, action, request, nowMs: now() });
      return acceptOperation(toActionOperation({ ...order, dedupeKey, fingerprint }), request, async () => {
        requireStaying(tenant);
        requireAllowed(action, await authorizeNow(tenant, action));
        await requireIndicator(tenant, body.data);
      });
    },
  });
}

function toOrder({
  tenant,
  action,
  request,
  nowMs,
}: {
  readonly tenant: TenantRecord;
  readonly action: StoredAction;
  readonly request: RouteRequest;
  readonly nowMs: number;
}): Omit<ActionOrder, 'dedupeKey' | 'fingerprint'> {
  return {
    tenantId: tenant.tenantId,
    callerId: request.caller.callerId,
    action,
    submitByMs: nowMs + parseDurationMs(tenant.policy.actions.submitWithin),
    ...readTraceparent(request.headers),
  };
}

function requireStaying(tenant: TenantRecord): void {
  if (isLeaving(tenant)) throw new RejectedInput('tenant_removing', 'The tenant is disconnected, or about to be.');
}

function requireAllowed(action: StoredAction, authorization: Authorization): void {
  if (authorization.allowed) return;
  const { rule } = authorization;
  const message = `The tenant's policy does not allow ${action.data.action}.`;
  throw new RejectedInput('refused_by_policy', message, { extra: { rule } });
}
