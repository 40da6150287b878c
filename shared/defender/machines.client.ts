import type { UpstreamIds } from '../errors.ts';
import type { Defender, DefenderCall } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { defenderMachineSchema, machinePath } from './machine-rows.ts';
import type { DefenderMachine, DefenderMachineRequest } from './machine-rows.ts';
import { requestOrNone } from './or-none.ts';
import type { MdeRole } from './roles.ts';

/** A machine as it is, or is after a change; `undefined` when Defender knows none of that id. */
export interface MachineAnswer {
  readonly machine: DefenderMachine | undefined;
  readonly upstream: UpstreamIds;
}

/** A tenant's machines in Defender. Everything throws what `Defender.request` throws, but for an unknown machine. */
export interface DefenderMachines {
  readonly getMachine: (tenant: DefenderTenant, id: string) => Promise<MachineAnswer>;
  /** Makes a call that changes a machine, once: whoever repeats it looks first. */
  readonly changeMachine: (
    tenant: DefenderTenant,
    request: DefenderMachineRequest,
    role: MdeRole,
  ) => Promise<MachineAnswer>;
}

/** The calls of Defender's machine API. */
export function createDefenderMachines(defender: Defender): DefenderMachines {
  const send = async (call: Omit<DefenderCall<DefenderMachine>, 'api' | 'schema'>): Promise<MachineAnswer> => {
    const asked = { ...call, api: 'machines', schema: defenderMachineSchema } as const;
    const { value: machine, upstream } = await requestOrNone(defender, asked);
    return { machine, upstream };
  };
  return {
    // https://learn.microsoft.com/defender-endpoint/api/get-machine-by-id
    getMachine: (tenant, id) => send({ tenant, role: 'Machine.Read.All', method: 'GET', path: machinePath(id) }),
    // https://learn.microsoft.com/defender-endpoint/api/add-or-remove-machine-tags
    changeMachine: (tenant, request, role) => send({ tenant, role, ...request }),
  };
}
