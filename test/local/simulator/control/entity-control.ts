import type { SimulatorClock } from '../clock.ts';
import type { DomainRecord, FileRecord, IpRecord } from '../defender/entities/resource.ts';
import type { DomainSeed, FileSeed, IpSeed } from '../defender/entities/seed.ts';
import type { EntityList, EntityStoreOf } from '../defender/entities/store.ts';
import type { LogonUserResource } from '../defender/machines/resource.ts';
import type { LogonUserSeed } from '../defender/machines/seed.ts';
import type { MachineStoreOf } from '../defender/machines/store.ts';
import type { VulnerabilityRecord } from '../defender/vulnerabilities/resource.ts';
import type { VulnerabilitySeed, VulnerabilityStoreOf } from '../defender/vulnerabilities/store.ts';

export interface EntityState {
  readonly clock: SimulatorClock;
  readonly entities: EntityStoreOf;
  readonly vulnerabilities: VulnerabilityStoreOf;
  readonly machines: MachineStoreOf;
}

/** One kind of entity behind the API's back. */
export interface SeededPart<Seed, Item> {
  list(tenantId: string): readonly Item[];
  /** Adds entities, or replaces those with the same name. */
  seed(tenantId: string, seeds: readonly Seed[]): readonly Item[];
  clear(tenantId: string): void;
}

/** A user and the machines that it has logged on to. */
export type UserSeed = LogonUserSeed & { readonly machineIds: readonly string[] };
export type UserLogon = LogonUserResource & { readonly machineId: string };

export interface EntityControl {
  /** With their sightings on machines; what events and evidence of alerts tell comes on top. */
  readonly files: SeededPart<FileSeed, FileRecord>;
  readonly domains: SeededPart<DomainSeed, DomainRecord>;
  readonly ips: SeededPart<IpSeed, IpRecord>;
  /** Their logons; the machines must be there. */
  readonly users: SeededPart<UserSeed, UserLogon>;
  /** With the machines that have them. */
  readonly vulnerabilities: SeededPart<VulnerabilitySeed, VulnerabilityRecord>;
}

export function entityControl(state: EntityState): EntityControl {
  const { entities, vulnerabilities, clock } = state;
  return {
    files: toPart((tenantId) => entities(tenantId).files, clock),
    domains: toPart((tenantId) => entities(tenantId).domains, clock),
    ips: toPart((tenantId) => entities(tenantId).ips, clock),
    users: userPart(state),
    vulnerabilities: toPart(vulnerabilities, clock),
  };
}

function toPart<Seed, Item>(
  listOf: (tenantId: string) => EntityList<Seed, Item>,
  clock: SimulatorClock,
): SeededPart<Seed, Item> {
  return {
    list: (tenantId) => listOf(tenantId).list(),
    seed: (tenantId, seeds) => listOf(tenantId).seed(seeds, clock.now()),
    clear: (tenantId) => listOf(tenantId).clear(),
  };
}

function userPart({ machines }: EntityState): EntityControl['users'] {
  return {
    list: (tenantId) =>
      machines(tenantId)
        .list()
        .flatMap(({ machine, logonUsers }) => logonUsers.map((user) => ({ ...user, machineId: machine.id }))),
    seed: (tenantId, seeds) =>
      seeds.flatMap(({ machineIds, ...user }) => {
        if (!Array.isArray(machineIds)) throw new RangeError('A user needs a list "machineIds".');
        return machineIds.map((machineId: string) => ({
          ...machines(tenantId).logOn(machineId, user),
          machineId: machineId.toLowerCase(),
        }));
      }),
    clear: (tenantId) => machines(tenantId).clearLogons(),
  };
}
