import type { HttpHandler } from '@azure/functions';
import type { IndicatorAnswer, IndicatorType } from '../../shared/contract/indicator.ts';
import { indicatorTypeSchema, syncRequestSchema } from '../../shared/contract/indicator.ts';
import { RejectedInput } from '../../shared/errors.ts';
import type { AcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import type { RouteRequest } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { normaliseIndicator, recogniseIndicatorType } from '../../shared/indicators/normalise/normalise-indicator.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { answerValue, identitiesOf } from './answers/answer-value.ts';
import type { FindRejected } from './answers/find-rejected.client.ts';
import { tenantLimit } from './plan/plan-tenant.client.ts';
import type { PlanTenant } from './plan/plan-tenant.client.ts';
import { toIndicatorPlan, toTenantIndicators } from './answers/summarise.ts';
import { toSyncOperation } from './to-sync-operation.ts';

/** The routes of a tenant's indicators, by function name. */
export type TenantIndicatorHandlers = Readonly<
  Record<'getTenantIndicators' | 'getIndicatorPlan' | 'syncTenantIndicators', HttpHandler>
>;

export interface TenantIndicatorsOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly planTenant: PlanTenant;
  readonly findRejected: FindRejected;
  readonly acceptOperation: AcceptOperation;
  readonly newId: () => string;
}

/** Makes the handlers of `…/indicators` (contract §2, §6). None of the reads makes a call to Defender. */
export function createTenantIndicatorHandlers(serve: Serve, options: TenantIndicatorsOptions): TenantIndicatorHandlers {
  const { tenants, planTenant, findRejected } = options;
  const ofTenant = { of: 'Tenant', find: ({ params }: RouteRequest) => tenants.get(params['tenantId'] ?? '') } as const;
  return {
    getTenantIndicators: serve({
      ...ofTenant,
      scope: 'indicators:read',
      handle: async ({ target, query }) => {
        const { document: tenant } = target;
        const loaded = await planTenant(tenant, 'Never');
        const value = query.get('value');
        if (value !== null) {
          const answer = lookUp(value, query, loaded);
          const rejected = answer.state === 'Unknown' ? await findRejected(tenant, answer) : undefined;
          return { status: 200, body: rejected === undefined ? answer : { ...answer, why: rejected } };
        }
        const { reserve } = tenant.policy.indicators;
        return {
          status: 200,
          body: toTenantIndicators(loaded.stored.ledger, loaded.state, { limit: tenantLimit, reserve }),
        };
      },
    }),
    getIndicatorPlan: serve({
      ...ofTenant,
      scope: 'indicators:read',
      handle: async ({ target }) => ({
        status: 200,
        body: toIndicatorPlan((await planTenant(target.document, 'Never')).plan),
      }),
    }),
    syncTenantIndicators: serve({
      ...ofTenant,
      scope: 'indicators:write',
      body: { schema: syncRequestSchema, mayBeAbsent: true },
      handle: async ({ target, body: { planId }, caller, headers }) => {
        const { document: tenant } = target;
        if (isLeaving(tenant))
          throw new RejectedInput('tenant_removing', 'The tenant is being removed, or is removed.');
        if (planId !== undefined && toIndicatorPlan((await planTenant(tenant, 'Never')).plan).planId !== planId) {
          throw new RejectedInput('plan_changed', 'The plan is another one by now: read it again.');
        }
        const { callerId } = caller;
        return options.acceptOperation(toSyncOperation(tenant, { id: options.newId(), callerId }), { headers });
      },
    }),
  };
}

function lookUp(value: string, query: URLSearchParams, loaded: Awaited<ReturnType<PlanTenant>>) {
  const type = readType(query);
  const identities = identitiesOf(value, type);
  const [first] = identities;
  if (first === undefined) return answerRefused(value, type);
  const facts = { ...loaded, ledger: loaded.stored.ledger };
  const answers = identities.map((identity) => answerValue(identity, facts));
  return answers.find(({ state }) => state !== 'Unknown') ?? answerValue(first, facts);
}

/** No tenant ever holds it, and the answer says why; what is no value at all is a wrong question. */
function answerRefused(value: string, asked: IndicatorType | undefined): IndicatorAnswer {
  const indicatorType = asked ?? recogniseIndicatorType(value);
  const normal = indicatorType === undefined ? undefined : normaliseIndicator(indicatorType, value);
  const detail = normal?.ok === false ? normal.detail : 'Must be a value of an indicator type.';
  const isRule = normal?.ok === false && normal.code !== 'invalid_value';
  if (indicatorType !== undefined && isRule)
    return { indicatorType, indicatorValue: value, state: 'Unknown', why: detail };
  throw invalidFields([{ parameter: 'value', code: 'invalid_value', detail }]);
}

function readType(query: URLSearchParams): IndicatorType | undefined {
  const text = query.get('indicatorType');
  if (text === null) return undefined;
  const type = indicatorTypeSchema.safeParse(text);
  if (type.success) return type.data;
  const detail = `One of ${indicatorTypeSchema.options.join(', ')}.`;
  throw invalidFields([{ parameter: 'indicatorType', code: 'invalid_value', detail }]);
}
