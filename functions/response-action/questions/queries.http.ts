import type { HttpHandler } from '@azure/functions';
import { queryRequestSchema } from '../../../shared/contract/machine.ts';
import type { QueryAnswer, QueryRequest } from '../../../shared/contract/machine.ts';
import type { Hunting } from '../../../shared/defender/hunting.client.ts';
import { isRefused, RejectedInput } from '../../../shared/errors.ts';
import type { Serve } from '../../../shared/http/serve.http.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { AskTenant } from './ask-tenant.client.ts';
import { requireAskable } from './require-askable.ts';

/** What the route needs. */
export interface RunQueryOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly askTenant: AskTenant;
  readonly hunting: Pick<Hunting, 'ask'>;
}

/** As many rows as an answer holds (contract §2): what is longer is cut. */
const maxRows = 10_000;

/** Makes the handler of `POST …/queries` (contract §2). */
export function createRunQuery(serve: Serve, { tenants, askTenant, hunting }: RunQueryOptions): HttpHandler {
  return serve({
    scope: 'queries:run',
    of: 'Tenant',
    find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
    body: { schema: queryRequestSchema },
    handle: async ({ target: { document: tenant }, body }) => {
      requireAskable(tenant);
      requireAllowed(tenant);
      return { status: 200, body: await askTenant(tenant, () => ask(hunting, tenant, body)) };
    },
  });
}

function requireAllowed({ policy }: TenantRecord): void {
  if (policy.queries.allowed) return;
  const rule = '#/policy/queries/allowed';
  throw new RejectedInput('refused_by_policy', "The tenant's policy allows no queries.", { extra: { rule } });
}

async function ask(hunting: Pick<Hunting, 'ask'>, tenant: TenantRecord, question: QueryRequest): Promise<QueryAnswer> {
  const { schema, results } = await askOrRefuse(hunting, tenant, question);
  return { schema: [...schema], results: results.slice(0, maxRows) };
}

/** A 400 is Microsoft's word about the query: its language, its names, the size of its result. */
async function askOrRefuse(hunting: Pick<Hunting, 'ask'>, tenant: TenantRecord, question: QueryRequest) {
  try {
    return await hunting.ask(tenant, question);
  } catch (error) {
    if (!isRefused(error, 400)) throw error;
    throw new RejectedInput('query_invalid', error.said ?? 'Defender refuses the query.', { cause: error });
  }
}
