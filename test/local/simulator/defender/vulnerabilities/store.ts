import { createEntityList } from '../entities/store.ts';
import type { EntityList } from '../entities/store.ts';
import type { MachineVulnerabilityResource, VulnerabilityRecord, VulnerabilityResource } from './resource.ts';

/** Only its CVE is needed, and of a machine with it only the machine. */
export type VulnerabilitySeed = Partial<Omit<VulnerabilityResource, 'exposedMachines'>> &
  Pick<VulnerabilityResource, 'id'> & {
    readonly machines?: readonly (Partial<MachineVulnerabilityResource> &
      Pick<MachineVulnerabilityResource, 'machineId'>)[];
  };

export type VulnerabilityStore = EntityList<VulnerabilitySeed, VulnerabilityRecord>;
export type VulnerabilityStoreOf = (tenantId: string) => VulnerabilityStore;

/** One store per tenant. */
export function createVulnerabilityStores(): VulnerabilityStoreOf {
  const stores = new Map<string, VulnerabilityStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createEntityList(toRecord, ({ vulnerability }) => vulnerability.id);
    stores.set(key, store);
    return store;
  };
}

function toRecord({ machines = [], ...seed }: VulnerabilitySeed, nowMs: number): VulnerabilityRecord {
  if (typeof seed.id !== 'string' || !/^(?:CVE|TVM)-/i.test(seed.id)) {
    throw new RangeError('A vulnerability needs an id such as CVE-2026-0001.');
  }
  const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  const vulnerability: VulnerabilityResource = {
    ...{ name: seed.id, description: 'Seeded', severity: 'High', cvssV3: 7.5, publishedOn: now, updatedOn: now },
    ...{ publicExploit: false, exploitVerified: false, exploitInKit: false, exploitTypes: [], exploitUris: [] },
    ...seed,
    exposedMachines: new Set(machines.map(({ machineId }) => machineId)).size,
  };
  return { vulnerability, machines: machines.map((machine) => toMachineVulnerability(machine, vulnerability)) };
}

function toMachineVulnerability(
  seed: Partial<MachineVulnerabilityResource> & Pick<MachineVulnerabilityResource, 'machineId'>,
  { id: cveId, severity }: VulnerabilityResource,
): MachineVulnerabilityResource {
  if (typeof seed.machineId !== 'string') throw new RangeError('A machine with a vulnerability needs a machineId.');
  const found = {
    ...{ cveId, severity, fixingKbId: null, productName: 'edge', productVendor: 'microsoft', productVersion: '1.0' },
    ...seed,
    machineId: seed.machineId.toLowerCase(),
  };
  const { machineId, productVendor, productName, productVersion, fixingKbId } = found;
  const id = [machineId, cveId, productVendor, productName, productVersion, fixingKbId ?? ''].join('-_-');
  return { ...found, id: seed.id ?? id };
}
