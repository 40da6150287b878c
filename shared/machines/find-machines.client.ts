import type { MachineSelector } from '../contract/machine-selector.ts';
import type { Defender } from '../defender/call.ts';
import type { DefenderTenant } from '../defender/hosts.ts';
import { defenderMachineRecordSchema } from '../defender/machine-rows.ts';
import type { DefenderMachineRecord } from '../defender/machine-rows.ts';
import type { MdeRole } from '../defender/roles.ts';
import { isRefused } from '../errors.ts';
import { missingSuccessors } from './machine-record.ts';
import { planMachineLookup, toRecordQuery } from './plan-machine-lookup.ts';
import type { MachineQuery } from './plan-machine-lookup.ts';
import { resolveMachine } from './resolve-machine.ts';
import type { MachineResolution } from './resolve-machine.ts';

/**
 * Which machine a selector means at a time (RFC 3339, UTC), asked of Defender. Throws what `Defender.request` throws: a list
 * that is not whole is no answer.
 */
export type FindMachine = (
  tenant: DefenderTenant,
  question: { readonly selector: MachineSelector; readonly time: string },
) => Promise<MachineResolution<DefenderMachineRecord>>;

/** One question to Defender about machines, answered whole. Throws what `Defender.request` throws. */
export type ReadMachines = (tenant: DefenderTenant, query: MachineQuery) => Promise<readonly DefenderMachineRecord[]>;

/** Makes the reader of machine records. */
export function createReadMachines(defender: Defender): ReadMachines {
  return (tenant, query) => askFor(defender, tenant, query);
}

/** Merged records are few and point forward: a longer chain is none that we follow. */
const maxMerges = 5;

const role: MdeRole = 'Machine.Read.All';

/** Makes the way from a selector to the machine (contract §3). */
export function createFindMachine(defender: Defender): FindMachine {
  return async (tenant, { selector, time }) => {
    const ask = (query: MachineQuery): Promise<readonly DefenderMachineRecord[]> => askFor(defender, tenant, query);
    const records: DefenderMachineRecord[] = [];
    const addressHolders: string[] = [];
    for (const query of planMachineLookup(selector, time)) {
      const found = await ask(query);
      records.push(...found);
      if (query.kind === 'AddressHolders') addressHolders.push(...found.map(({ id }) => id));
    }
    const successors = await readSuccessors(records, ask);
    return resolveMachine({ selector, time, records: [...records, ...successors], addressHolders });
  };
}

/** The records that others were merged into, each asked for once: one that is not there stays missing. */
export async function readSuccessors(
  records: readonly DefenderMachineRecord[],
  ask: (query: MachineQuery) => Promise<readonly DefenderMachineRecord[]>,
): Promise<readonly DefenderMachineRecord[]> {
  const asked = new Set<string>();
  const successors: DefenderMachineRecord[] = [];
  for (let merges = 0; merges < maxMerges; merges += 1) {
    const missing = missingSuccessors([...records, ...successors]).filter((id) => !asked.has(id));
    if (missing.length === 0) break;
    for (const id of missing) {
      asked.add(id);
      successors.push(...(await ask(toRecordQuery(id))));
    }
  }
  return successors;
}

/** A tenant without machines, and a machine that there is not, are 404 (https://learn.microsoft.com/defender-endpoint/api/get-machines). */
async function askFor(
  defender: Defender,
  tenant: DefenderTenant,
  { kind, path, otherwisePath, nonePath, api = 'machines' }: MachineQuery,
): Promise<readonly DefenderMachineRecord[]> {
  const call = { tenant, api, role, method: 'GET', path } as const;
  try {
    if (kind !== 'Record') {
      const found = await defender.list({ ...call, schema: defenderMachineRecordSchema });
      return found.length > 0 || nonePath === undefined
        ? found
        : await askFor(defender, tenant, { kind, path: nonePath, api });
    }
    return [(await defender.request({ ...call, schema: defenderMachineRecordSchema })).value];
  } catch (error) {
    if (isRefused(error, 404)) return [];
    if (!isRefused(error, 400) || otherwisePath === undefined) throw error;
    return askFor(defender, tenant, { kind, path: otherwisePath, api });
  }
}
