import type { HttpHandler } from '@azure/functions';
import { redriveRequestSchema } from '../../shared/contract/dead-letter.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { cursorError, readPageQuery, toPageAnswer } from '../../shared/http/list-page.ts';
import type { RouteRequest } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** The routes of dead letters, by function name. */
export type DeadLetterHandlers = Readonly<Record<'listDeadLetters' | 'redriveDeadLetters', HttpHandler>>;

/** What the routes need. */
export interface DeadLetterHandlersOptions {
  readonly work: Pick<Work, 'listDeadLetters' | 'redrive'>;
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly publicUrl: string;
}

/** Makes the handlers of `…/dead-letters` (contract §7). */
export function createDeadLetterHandlers(serve: Serve, options: DeadLetterHandlersOptions): DeadLetterHandlers {
  const { work, tenants, publicUrl } = options;
  const all = {
    of: 'Tenant',
    find: async ({ params }: RouteRequest) => (await tenants.get(params['tenantId'] ?? ''))?.id,
  } as const;
  return {
    listDeadLetters: serve({
      ...all,
      scope: 'deadletters:read',
      handle: async (request) => {
        const { limit, after } = readPageQuery(request.query);
        const page = { limit, ...(after === undefined ? {} : { cursor: after }) };
        const found = await work.listDeadLetters(request.target, page);
        if (found === undefined) throw invalidFields([cursorError]);
        const next = found.cursor === undefined ? {} : { next: found.cursor };
        return toPageAnswer({ items: found.value, ...next }, request, publicUrl);
      },
    }),
    redriveDeadLetters: serve({
      ...all,
      scope: 'deadletters:write',
      body: { schema: redriveRequestSchema },
      handle: async ({ target, body }) => ({
        status: 200,
        body: { redriven: await work.redrive(target, body) },
      }),
    }),
  };
}
