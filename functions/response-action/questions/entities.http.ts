import type { HttpHandler } from '@azure/functions';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { fieldErrorsOf } from '../../../shared/contract/field-errors.ts';
import { ipAddressSchema } from '../../../shared/contract/machine-selector.ts';
import { domainNameSchema, fileHashSchema, refusal } from '../../../shared/contract/primitives.ts';
import { RejectedInput, UpstreamRefused } from '../../../shared/errors.ts';
import { invalidFields } from '../../../shared/http/invalid-fields.ts';
import type { Answer, RouteRequest } from '../../../shared/http/route.ts';
import type { Serve } from '../../../shared/http/serve.http.ts';
import { toAsciiName } from '../../../shared/indicators/normalise/normalise-name.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { AskTenant } from './ask-tenant.client.ts';
import type { EntityViews } from './entity-view.client.ts';

/** The routes of files, domains and addresses, by function name. */
export type EntityHandlers = Readonly<Record<'getFile' | 'getDomain' | 'getAddress', HttpHandler>>;

/** What the routes need. */
export interface EntityHandlersOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly askTenant: AskTenant;
  readonly views: EntityViews;
}

/** One of the routes: the part of the path that names the thing, how it is read, and what is known of it. */
interface Named {
  readonly parameter: string;
  readonly schema: z.ZodType<string>;
  readonly read: (tenant: TenantRecord, name: string) => Promise<object | undefined>;
}

/** Makes the handlers of `…/files`, `…/domains` and `…/ips` (contract §2, §8). */
export function createEntityHandlers(serve: Serve, options: EntityHandlersOptions): EntityHandlers {
  const { tenants, askTenant, views } = options;
  const handler = (named: Named): HttpHandler =>
    serve({
      scope: 'machines:read',
      of: 'Tenant',
      find: ({ params }) => tenants.get(params['tenantId'] ?? ''),
      handle: ({ target, params }) => answer(askTenant, target.document, { ...named, params }),
    });
  return {
    getFile: handler({ parameter: 'hash', schema: fileHashSchema, read: views.readFile }),
    getDomain: handler({ parameter: 'name', schema: nameSchema, read: views.readDomain }),
    getAddress: handler({ parameter: 'address', schema: addressSchema, read: views.readAddress }),
  };
}

/** Names come as people write them: in any letters, with the root's dot. */
const nameSchema = z.string().transform(toAsciiName).pipe(domainNameSchema);

/** One spelling of an address, without the network card of some machine: it is looked up in our records and in events too. */
const addressSchema = ipAddressSchema
  .refine((address) => !address.includes('%'), refusal('invalid_format', 'Must be an address without a zone.'))
  .transform((address) => ipaddr.process(address).toString());

async function answer(
  askTenant: AskTenant,
  tenant: TenantRecord,
  { parameter, schema, read, params }: Named & Pick<RouteRequest, 'params'>,
): Promise<Answer> {
  const parsed = schema.safeParse(params[parameter] ?? '');
  if (!parsed.success) {
    const [first] = fieldErrorsOf(parsed.error, params[parameter] ?? '');
    const { code = 'invalid_format', detail = 'It is none.' } = first ?? {};
    throw invalidFields([{ parameter, code, detail }]);
  }
  const view = await askTenant(tenant, () => orInvalid(parameter, () => read(tenant, parsed.data)));
  if (view === undefined) throw new RejectedInput('not_found', 'Defender knows nothing of it.');
  return { status: 200, body: view };
}

/** What Defender itself does not take for a hash, a name or an address. */
async function orInvalid<T>(parameter: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof UpstreamRefused ? error.defenderCode : undefined;
    if (!/^Invalid(?:HashValue|DomainName|IpAddress|Url)$/.test(code ?? '')) throw error;
    throw invalidFields([{ parameter, code: 'invalid_value', detail: 'Defender does not take it.' }]);
  }
}
