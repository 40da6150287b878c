import type { HttpHandler } from '@azure/functions';
import { machineQuerySchema } from '../../../shared/contract/machine.ts';
import { guidSchema, machineIdSchema } from '../../../shared/contract/primitives.ts';
import { computerDnsNameSchema } from '../../../shared/contract/machine-selector.ts';
import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import { invalidFields } from '../../../shared/http/invalid-fields.ts';
import { cursorError, pageQueryErrors, readPageQuery, toPageAnswer } from '../../../shared/http/list-page.ts';
import { readQuery } from '../../../shared/http/read-query.ts';
import type { RouteRequest } from '../../../shared/http/route.ts';
import type { Serve } from '../../../shared/http/serve.http.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { AskTenant } from './ask-tenant.client.ts';
import type { ListMachines } from './list-machines.client.ts';
import type { ReadMachineView } from './machine-view.client.ts';
import { machinePageOf } from './plan-machine-list.ts';
import { toMachine } from './to-machine.ts';

/** The routes of machines, by function name. */
export type MachineHandlers = Readonly<Record<'listMachines' | 'getMachine', HttpHandler>>;

/** What the routes need. */
export interface MachineHandlersOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly askTenant: AskTenant;
  readonly listMachines: ListMachines;
  readonly readMachineView: ReadMachineView;
  readonly publicUrl: string;
}

/** Makes the handlers of `…/machines` (contract §2, §8). */
export function createMachineHandlers(serve: Serve, options: MachineHandlersOptions): MachineHandlers {
  const { tenants, askTenant } = options;
  const ofTenant = {
    scope: 'machines:read',
    of: 'Tenant',
    find: ({ params }: RouteRequest) => tenants.get(params['tenantId'] ?? ''),
  } as const;
  return {
    listMachines: serve({
      ...ofTenant,
      handle: async (request) => {
        const { filters, page } = readMachineQuery(request.query);
        const tenant = request.target.document;
        const machines = await askTenant(tenant, () => options.listMachines(tenant, filters));
        const found = machinePageOf(machines, page);
        if (found === undefined) throw invalidFields([cursorError]);
        return toPageAnswer({ ...found, items: found.items.map(toMachine) }, request, options.publicUrl);
      },
    }),
    getMachine: serve({
      ...ofTenant,
      handle: async ({ target: { document: tenant }, params }) => {
        const selector = toSelector(params['machine'] ?? '');
        return { status: 200, body: await askTenant(tenant, () => options.readMachineView(tenant, selector)) };
      },
    }),
  };
}

function readMachineQuery(query: URLSearchParams) {
  const { values, errors } = readQuery(query, machineQuerySchema);
  const all = [...errors, ...pageQueryErrors(query)];
  if (all.length > 0) throw invalidFields(all);
  return { filters: values, page: readPageQuery(query) };
}

/** What `{machine}` names: a machine id, an Entra device id, or a DNS name, told by its form. */
function toSelector(machine: string): MachineSelector {
  const id = machineIdSchema.safeParse(machine);
  if (id.success) return { id: id.data };
  const aadDeviceId = guidSchema.safeParse(machine);
  if (aadDeviceId.success) return { aadDeviceId: aadDeviceId.data };
  const computerDnsName = computerDnsNameSchema.safeParse(machine);
  if (computerDnsName.success) return { computerDnsName: computerDnsName.data };
  const detail = 'Must be a machine id, an Entra device id or a DNS name.';
  throw invalidFields([{ parameter: 'machine', code: 'invalid_format', detail }]);
}
