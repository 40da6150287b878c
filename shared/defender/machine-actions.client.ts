import { z } from 'zod';
import type { UpstreamIds } from '../errors.ts';
import type { Defender, DefenderCall } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import type { DefenderApi } from './limits.ts';
import { defenderMachineActionSchema } from './machine-action-rows.ts';
import type { DefenderMachineAction } from './machine-action-rows.ts';
import { quoteText, toFilterOption, toInFilters, toSegment } from './odata.ts';
import { orNone } from './or-none.ts';
import type { MdeRole } from './roles.ts';

/** A call that starts a machine action, with the row of the limits and the role that are its own. */
export interface MachineActionCall {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly limit: DefenderApi;
  readonly role: MdeRole;
}

/** The machine action that a call gave. */
export interface AnsweredAction {
  readonly action: DefenderMachineAction;
  readonly upstream: UpstreamIds;
}

/** A tenant's machine actions in Defender. Everything throws what `Defender.request` throws; a list is whole. */
export interface DefenderMachineActions {
  /** Starts one, once: whoever repeats it looks first. */
  readonly submit: (tenant: DefenderTenant, call: MachineActionCall) => Promise<AnsweredAction>;
  /** `undefined`: Defender knows none of that id. */
  readonly get: (tenant: DefenderTenant, id: string) => Promise<DefenderMachineAction | undefined>;
  readonly listOfMachine: (tenant: DefenderTenant, machineId: string) => Promise<readonly DefenderMachineAction[]>;
  /** Those of these ids that Defender knows, with as few calls as an address has room for. */
  readonly listByIds: (tenant: DefenderTenant, ids: readonly string[]) => Promise<readonly DefenderMachineAction[]>;
  /** Asks for the end of one that runs. `role`: that of the action itself. */
  readonly cancel: (
    tenant: DefenderTenant,
    asked: { readonly id: string; readonly comment: string; readonly role: MdeRole },
  ) => Promise<AnsweredAction>;
  /** A link to a collected package, good for a few minutes; `undefined`: there is none (yet). */
  readonly getPackageUri: (tenant: DefenderTenant, id: string) => Promise<string | undefined>;
  /** A link to what one command of a live response brought, good for 30 minutes; `undefined`: it brought nothing. */
  readonly getLiveResponseLink: (tenant: DefenderTenant, id: string, index: number) => Promise<string | undefined>;
}

const role: MdeRole = 'Machine.Read.All';
const textSchema = z.object({ value: z.string() });

/** The calls of Defender's machine-action API. */
export function createDefenderMachineActions(defender: Defender): DefenderMachineActions {
  const list = (tenant: DefenderTenant, filter: string): Promise<readonly DefenderMachineAction[]> =>
    defender.list({
      ...{ tenant, api: 'machineActions', role, method: 'GET', schema: defenderMachineActionSchema },
      path: `/api/machineactions?${toFilterOption(filter)}`,
    });
  const post = async (
    call: Pick<DefenderCall<unknown>, 'tenant' | 'api' | 'role' | 'path' | 'body'>,
  ): Promise<AnsweredAction> => {
    const answer = await defender.request({ ...call, method: 'POST', schema: defenderMachineActionSchema });
    return { action: answer.value, upstream: answer.upstream };
  };
  const read = <T>(call: Pick<DefenderCall<T>, 'tenant' | 'api' | 'path' | 'schema'>): Promise<T | undefined> =>
    orNone(async () => (await defender.request({ ...call, role, method: 'GET' })).value);
  return {
    // https://learn.microsoft.com/defender-endpoint/api/isolate-machine, unisolate-machine, restrict-code-execution,
    // unrestrict-code-execution, run-av-scan, stop-and-quarantine-file, collect-investigation-package, run-live-response, offboard-machine-api
    submit: (tenant, { limit, ...call }) => post({ tenant, api: limit, ...call }),
    // https://learn.microsoft.com/defender-endpoint/api/get-machineaction-object
    get: (tenant, id) => read({ tenant, api: 'machineActions', path: pathOf(id), schema: defenderMachineActionSchema }),
    // https://learn.microsoft.com/defender-endpoint/api/get-machineactions-collection
    listOfMachine: (tenant, machineId) => list(tenant, `machineId eq ${quoteText(machineId)}`),
    listByIds: async (tenant, ids) => {
      const found: DefenderMachineAction[] = [];
      for (const filter of toInFilters('id', ids)) found.push(...(await list(tenant, filter)));
      return found;
    },
    // https://learn.microsoft.com/defender-endpoint/api/cancel-machine-action
    cancel: (tenant, { id, comment, role: held }) =>
      post({ tenant, api: 'machineActions', role: held, path: `${pathOf(id)}/cancel`, body: { Comment: comment } }),
    // https://learn.microsoft.com/defender-endpoint/api/get-package-sas-uri
    getPackageUri: async (tenant, id) => {
      const path = `${pathOf(id)}/getPackageUri`;
      const answer = await read({ tenant, api: 'machineActionsPackageUri', path, schema: textSchema });
      // The documented answer has quotes within its text.
      return answer?.value.replaceAll(/^"+|"+$/g, '');
    },
    // https://learn.microsoft.com/defender-endpoint/api/get-live-response-result
    getLiveResponseLink: async (tenant, id, index) => {
      const path = `${pathOf(id)}/GetLiveResponseResultDownloadLink(index=${index})`;
      return (await read({ tenant, api: 'liveResponseResult', path, schema: textSchema }))?.value;
    },
  };
}

function pathOf(id: string): string {
  return `/api/machineactions/${toSegment(id)}`;
}
