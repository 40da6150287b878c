import type { HttpHandler } from '@azure/functions';
import type { Clock } from '../../shared/clock.ts';
import type { ActionRequest } from '../../shared/contract/action.ts';
import { actionEnvelopeSchema } from '../../shared/contract/event.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import type { DefenderMachines } from '../../shared/defender/machines.client.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { AcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { fingerprintOf, readDedupeKey } from '../../shared/http/dedupe-key.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import type { RouteRequest } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { readTraceparent } from '../../shared/http/trace-context.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../shared/work/accept.store.ts';
import { authorizeAction } from './authorize-action.ts';
import { toCarried } from './catalogue.ts';
import type { CarriedRequest } from './catalogue.ts';
import { dryRunAction } from './dry-run-action.client.ts';
import { isLeaving } from './next-action-step.ts';

/** What the route needs. */
export interface RequestActionOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly machines: DefenderMachines;
  readonly acceptOperation: AcceptOperation;
  readonly now: Clock;
}

const routeName = 'POST /api/v1/tenants/{tenantId}/actions';

/** Makes the handler of `POST /api/v1/tenants/{tenantId}/actions` (contract §2, §5). */
export function createRequestAction(serve: Serve, options: RequestActionOptions): HttpHandler {
  const { tenants, machines, acceptOperation, now } = options;
  return serve({
    scope: 'actions:write',
    of: 'Tenant',
    acceptsSignature: true,
    readHeaders: readDedupeKey,
    find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
    body: { schema: actionEnvelopeSchema, pathIds: ['tenantId'] },
    handle: async ({ target, given: dedupeKey, body, bytes, ...request }) => {
      const tenant = target.document;
      const action = requireCarried(body.data);
      if (body.dryRun) {
        requireStaying(tenant);
        return { status: 200, body: await dryRunAction(machines, tenant, action) };
      }
      const fingerprint = fingerprintOf(routeName, bytes);
      const operation = toNewOperation({ tenant, action, request, nowMs: now() });
      return acceptOperation({ ...operation, dedupeKey, fingerprint }, request, () => {
        requireStaying(tenant);
        requireAllowed(tenant, action);
      });
    },
  });
}

function toNewOperation({
  tenant,
  action,
  request,
  nowMs,
}: {
  readonly tenant: TenantRecord;
  readonly action: CarriedRequest;
  readonly request: RouteRequest;
  readonly nowMs: number;
}): Omit<NewOperation, 'dedupeKey' | 'fingerprint'> {
  return {
    tenantId: tenant.tenantId,
    kind: 'Action',
    callerId: request.caller.callerId,
    request: action,
    result: { action: action.action, machine: action.machine },
    submitByMs: nowMs + parseDurationMs(tenant.policy.actions.submitWithin),
    ...readTraceparent(request.headers),
  };
}

function requireCarried(request: ActionRequest): CarriedRequest {
  const carried = toCarried(request);
  if ('errors' in carried) throw invalidFields(carried.errors);
  return carried;
}

function requireStaying(tenant: TenantRecord): void {
  if (isLeaving(tenant)) throw new RejectedInput('tenant_removing', 'The tenant is disconnected, or about to be.');
}

function requireAllowed(tenant: TenantRecord, data: CarriedRequest): void {
  const authorization = authorizeAction(tenant.policy, { data });
  if (authorization.allowed) return;
  const { rule } = authorization;
  throw new RejectedInput('refused_by_policy', `The tenant's policy does not allow ${data.action}.`, {
    extra: { rule },
  });
}
