/** A vulnerability as the API returns it. */
export interface VulnerabilityResource {
  /** The CVE. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly severity: string;
  readonly cvssV3: number | null;
  /** How many machines have it. */
  readonly exposedMachines: number;
  readonly publishedOn: string;
  readonly updatedOn: string;
  readonly publicExploit: boolean;
  readonly exploitVerified: boolean;
  readonly exploitInKit: boolean;
  readonly exploitTypes: readonly string[];
  readonly exploitUris: readonly string[];
}

/** That a product on a machine has it, as the API returns it. */
export interface MachineVulnerabilityResource {
  readonly id: string;
  readonly cveId: string;
  readonly machineId: string;
  readonly fixingKbId: string | null;
  readonly productName: string;
  readonly productVendor: string;
  readonly productVersion: string;
  readonly severity: string;
}

export interface VulnerabilityRecord {
  readonly vulnerability: VulnerabilityResource;
  readonly machines: readonly MachineVulnerabilityResource[];
}
