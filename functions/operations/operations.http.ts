import type { HttpHandler } from '@azure/functions';
import { z } from 'zod';
import type { NeededScope } from '../../shared/auth/authenticate-caller.ts';
import type { Clock } from '../../shared/clock.ts';
import { drainRequestSchema } from '../../shared/contract/dead-letter.ts';
import type { Operation, OperationOutput } from '../../shared/contract/operation.ts';
import { isFinished } from '../../shared/contract/operation.ts';
import { RejectedInput } from '../../shared/errors.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { cursorError, toPageAnswer } from '../../shared/http/list-page.ts';
import type { Answer, Route, RouteRequest } from '../../shared/http/route.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { prefersAsync, toOperationAnswer } from '../../shared/http/to-operation-answer.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { toKept, toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { readOperationQuery } from './operation-query.ts';

/** The routes of operations, by function name. */
export type OperationHandlers = Readonly<
  Record<'listOperations' | 'getOperation' | 'getOperationOutput' | 'cancelOperation' | 'drainWork', HttpHandler>
>;

/** What the routes need. */
export interface OperationHandlersOptions {
  readonly work: Pick<Work, 'read' | 'readUngated' | 'list' | 'cancel' | 'perform' | 'drain' | 'oldestDue'>;
  readonly tenants: Pick<Documents<TenantRecord>, 'get' | 'change'>;
  /** What waited for the tenant is due now, and its indicators are to be synced. */
  readonly resume: (tenantId: string) => Promise<void>;
  /** Fresh links to what a finished operation brought back; `undefined` when it is of a kind that brings nothing. */
  readonly outputOf: (operation: Operation) => Promise<OperationOutput['value'] | undefined>;
  readonly publicUrl: string;
  readonly now: Clock;
}

/** As long as a timer's run. */
const drainBudgetMs = 45_000;

/** Makes the handlers of operations, and of a drain by hand (contract §2, §7). */
export function createOperationHandlers(serve: Serve, options: OperationHandlersOptions): OperationHandlers {
  const one = {
    of: 'Tenant',
    find: ({ params }: RouteRequest) => options.work.read(params['tenantId'] ?? '', params['operationId'] ?? ''),
  } as const;
  return {
    listOperations: serve(createListOperations(options)),
    getOperation: serve({
      ...one,
      scope: 'operations:read',
      // It is there, so 200; the headers say when to look again.
      handle: ({ target }) => Promise.resolve({ ...toAnswer(target, options), status: 200 }),
    }),
    getOperationOutput: serve({
      ...one,
      scope: 'operations:read',
      handle: async ({ target }) => {
        if (!isFinished(target.status)) throw new RejectedInput('wrong_state', 'The operation has not ended yet.');
        const value = await options.outputOf(target);
        if (value === undefined) throw new RejectedInput('not_found', 'The operation brought nothing back.');
        return { status: 200, body: { value } satisfies OperationOutput };
      },
    }),
    cancelOperation: serve({
      of: 'Tenant',
      // What waits for approval does so in a suspended tenant too.
      find: ({ params }) => options.work.readUngated(params['tenantId'] ?? '', params['operationId'] ?? ''),
      scope: cancelScopeOf,
      body: { schema: z.strictObject({}), mayBeAbsent: true },
      handle: ({ target, headers }) => cancel(target, { ...options, isPerformedHere: !prefersAsync(headers) }),
    }),
    drainWork: serve({
      scope: 'admin',
      find: findNothing,
      body: { schema: drainRequestSchema },
      handle: async ({ body: { lane } }) => {
        const { carried } = await options.work.drain(lane, { budgetMs: drainBudgetMs });
        const oldestMs = await options.work.oldestDue([lane]);
        const oldestDue = oldestMs === undefined ? {} : { oldestDue: new Date(oldestMs).toISOString() };
        return { status: 200, body: { carried, ...oldestDue } };
      },
    }),
  };
}

function createListOperations({ work, tenants, publicUrl }: OperationHandlersOptions) {
  return {
    scope: 'operations:read',
    of: 'Tenant',
    find: async ({ params }) => (await tenants.get(params['tenantId'] ?? ''))?.id,
    handle: async (request) => {
      const { filter, page } = readOperationQuery(request.query);
      const { after, limit } = page;
      const found = await work.list(request.target, filter, {
        limit,
        ...(after === undefined ? {} : { cursor: after }),
      });
      if (found === undefined) throw invalidFields([cursorError]);
      const next = found.cursor === undefined ? {} : { next: found.cursor };
      return toPageAnswer({ items: found.operations, ...next }, request, publicUrl);
    },
  } satisfies Route<string, never, never>;
}

/** The scope that started an operation: who may begin it may end it, and a held one whoever may approve it. */
export function cancelScopeOf({ kind, stage }: Pick<Operation, 'kind' | 'stage'>): NeededScope {
  switch (kind) {
    case 'Alert':
    case 'AlertUpdate':
      return 'alerts:write';
    case 'Action':
      return stage === 'AwaitingApproval' ? 'actions:approve' : 'actions:write';
    case 'IndicatorSync':
      return 'indicators:write';
    case 'TenantRemoval':
      return 'admin';
  }
}

async function cancel(
  target: Operation,
  options: OperationHandlersOptions & { readonly isPerformedHere: boolean },
): Promise<Answer> {
  const { work, isPerformedHere } = options;
  if (target.kind === 'TenantRemoval' && !isFinished(target.status)) await keepTenant(target.tenantId, options);
  const canceled = await work.cancel(target.tenantId, target.id, { isPerformedHere });
  switch (canceled.outcome) {
    case 'done':
    case 'requested':
      return toAnswer(await work.perform(canceled), options);
    case 'wrong_state':
      throw new RejectedInput('wrong_state', `The operation has ended: ${canceled.operation.status}.`);
    case 'not_found':
      throw new RejectedInput('not_found', 'There is no such operation any more.');
  }
}

/**
 * Before the removal ends, so that no crash leaves a tenant that nobody removes and nobody can put: a removal finds the
 * tenant kept, and ends by itself.
 */
async function keepTenant(tenantId: string, { tenants, resume }: OperationHandlersOptions): Promise<void> {
  const tenant = await tenants.get(tenantId);
  if (tenant === undefined) return;
  const { document } = await tenants.change(tenantId, (current = tenant.document) => toKept(current));
  if (toTenantStatus(document) === 'Connected') await resume(tenantId);
}

function toAnswer(operation: Operation, { publicUrl, now }: OperationHandlersOptions): Answer {
  return toOperationAnswer(operation, { publicUrl, nowMs: now() });
}
