import type { HttpHandler } from '@azure/functions';
import { z } from 'zod';
import { tenantIdSchema } from '../../shared/contract/primitives.ts';
import type { Cloud } from '../../shared/contract/tenant.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { RejectedInput } from '../../shared/errors.ts';
import { readIfMatch } from '../../shared/http/if-match.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { readPageQuery, toPageAnswer } from '../../shared/http/list-page.ts';
import type { AcceptOperation } from '../../shared/http/accept-operation.http.ts';
import type { Answer, Route, RouteRequest } from '../../shared/http/route.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import type { Documents, Versioned } from '../../shared/registry/documents.store.ts';
import {
  toNewTenant,
  toRemoving,
  toTenantDocument,
  toTenantStatus,
  withInput,
} from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../shared/work/new-operation.ts';
import type { CheckTenant } from './check-tenant.client.ts';

/** The administrator's routes of tenants, by function name. */
export type TenantHandlers = Readonly<
  Record<'listTenants' | 'getTenant' | 'putTenant' | 'deleteTenant' | 'checkTenant', HttpHandler>
>;

/** What the routes need. */
export interface TenantHandlersOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly checkTenant: CheckTenant;
  readonly acceptOperation: AcceptOperation;
  /** What waited for the tenant is due now, and its indicators are to be synced: its policy may be another. */
  readonly resume: (tenantId: string) => Promise<void>;
  readonly newId: () => string;
  readonly publicUrl: string;
  readonly authorityHost: string;
}

/** Makes the handlers of `/api/v1/tenants` (contract §11). */
export function createTenantHandlers(serve: Serve, options: TenantHandlersOptions): TenantHandlers {
  const { tenants, checkTenant, publicUrl } = options;
  const one = {
    scope: 'admin',
    of: 'Tenant',
    find: ({ params }: RouteRequest) => tenants.get(params['tenantId'] ?? ''),
  } as const;
  return {
    listTenants: serve({
      scope: 'admin',
      find: findNothing,
      handle: async (request) => {
        const page = await tenants.listPage(readPageQuery(request.query));
        const items = page.items.map(({ document }) => toTenantDocument(document));
        return toPageAnswer({ ...page, items }, request, publicUrl);
      },
    }),
    getTenant: serve({ ...one, handle: ({ target }) => Promise.resolve(toAnswer(target)) }),
    putTenant: serve(createPutTenant(options)),
    deleteTenant: serve({
      ...one,
      readHeaders: ({ headers }) => readIfMatch(headers),
      handle: async ({ target, given, ...request }) => {
        const removing = await tenants.change(
          target.id,
          (current = target.document) => toRemoving(current, options.newId()),
          given,
        );
        return options.acceptOperation(toRemoval(removing.document, request.caller.callerId), request);
      },
    }),
    checkTenant: serve({
      ...one,
      body: { schema: z.strictObject({}), mayBeAbsent: true },
      handle: async ({ target }) => toAnswer((await checkTenant(target.id)) ?? target),
    }),
  };
}

function createPutTenant({ tenants, checkTenant, resume, authorityHost }: TenantHandlersOptions) {
  return {
    scope: 'admin',
    of: 'Tenant',
    readHeaders: ({ headers }) => readIfMatch(headers),
    find: ({ params }) => Promise.resolve(params['tenantId'] ?? ''),
    body: { schema: tenantInputSchema, pathIds: ['tenantId'] },
    handle: async ({ target, given, body: input }) => {
      const tenantId = requireTenantId(target);
      requireCloud(input.cloud, authorityHost);
      const decide = (current: TenantRecord | undefined): TenantRecord => {
        if (current?.connection === 'Removing') {
          throw new RejectedInput(
            'tenant_removing',
            'The tenant is being removed. Wait for the end of that operation.',
          );
        }
        const isNew = current === undefined || current.connection === 'Removed';
        return isNew ? toNewTenant(tenantId, input) : withInput(current, input);
      };
      const written = await tenants.change(tenantId, decide, given);
      if (written.document.check === undefined) return toAnswer((await checkTenant(tenantId)) ?? written);
      if (toTenantStatus(written.document) === 'Connected') await resume(tenantId);
      return toAnswer(written);
    },
  } satisfies Route<string, ReturnType<typeof readIfMatch>, z.output<typeof tenantInputSchema>>;
}

/** Asked for again, it is the same operation: by its name for the same caller, and because there is only one at a time. */
function toRemoval({ tenantId, removalId = '' }: TenantRecord, callerId: string): NewOperation {
  return {
    tenantId,
    kind: 'TenantRemoval',
    callerId,
    dedupeKey: `removal|${removalId}`,
    fingerprint: removalId,
    request: {},
    exclusive: 'TenantRemoval',
    ignoresBacklog: true,
    // The tenant takes nothing new until it is through: it must not stay like that because Defender was away for hours.
    neverGivesUp: true,
  };
}

function toAnswer({ document, etag }: Versioned<TenantRecord>): Answer {
  return { status: 200, body: toTenantDocument(document), headers: { ETag: etag } };
}

function requireTenantId(text: string): string {
  const tenantId = tenantIdSchema.safeParse(text);
  if (tenantId.success) return tenantId.data;
  throw invalidFields([{ parameter: 'tenantId', code: 'invalid_format', detail: 'Must be a GUID.' }]);
}

/** One deployment signs in to one cloud: tokens do not cross them. */
function requireCloud(cloud: Cloud, authorityHost: string): void {
  const isUs = new URL(authorityHost).hostname.endsWith('.us');
  const clouds: readonly Cloud[] = isUs ? ['GccHigh', 'DoD'] : ['Commercial', 'Gcc'];
  if (clouds.includes(cloud)) return;
  const detail = `This deployment signs in to ${new URL(authorityHost).host}: one of ${clouds.join(', ')}.`;
  throw invalidFields([{ pointer: '#/cloud', code: 'invalid_value', detail }]);
}
