import type { Clock } from '../../../shared/clock.ts';
import type { DefenderMachineRecord } from '../../../shared/defender/machine-rows.ts';
import type { DefenderTenant } from '../../../shared/defender/hosts.ts';
import { readSuccessors } from '../../../shared/machines/find-machines.client.ts';
import type { ReadMachines } from '../../../shared/machines/find-machines.client.ts';
import { machinesThatFit, planMachineList } from './plan-machine-list.ts';
import type { FilterAnswer, MachineFilters } from './plan-machine-list.ts';

/** Every machine of a tenant that the filters hold for, newest `lastSeen` first. Throws what `Defender.request` throws. */
export type ListMachines = (
  tenant: DefenderTenant,
  filters: MachineFilters,
) => Promise<readonly DefenderMachineRecord[]>;

/** Makes the list of machines. */
export function createListMachines({
  readMachines,
  now,
}: {
  readonly readMachines: ReadMachines;
  readonly now: Clock;
}): ListMachines {
  return async (tenant, filters) => {
    const time = new Date(now()).toISOString();
    const answers: FilterAnswer[] = [];
    for (const { filter, query } of planMachineList(filters, time)) {
      answers.push({ filter, records: await readMachines(tenant, query) });
    }
    const records = answers.flatMap((answer) => answer.records);
    const successors = await readSuccessors(records, (query) => readMachines(tenant, query));
    return machinesThatFit(filters, answers, successors);
  };
}
