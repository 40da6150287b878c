import type { DefenderTenant } from '../../shared/defender/hosts.ts';
import type { DefenderMachines, MachineAnswer } from '../../shared/defender/machines.client.ts';

/** Merged records are few and point forward; a ring of them must not keep us. */
const maxMerges = 5;

/** The machine of an id: a record that was merged into another stands for that one (contract §3). */
export async function findMachine(
  machines: Pick<DefenderMachines, 'getMachine'>,
  tenant: DefenderTenant,
  id: string,
): Promise<MachineAnswer> {
  let found = await machines.getMachine(tenant, id);
  for (let merges = 0; merges < maxMerges; merges += 1) {
    const successor = found.machine?.mergedIntoMachineId;
    if (successor === undefined || successor === '') break;
    found = await machines.getMachine(tenant, successor);
  }
  return found;
}
