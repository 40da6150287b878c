import { fromSeed, toLogonUser } from './seed.ts';
import type { LogonUserResource, MachineRecord, MachineResource } from './resource.ts';
import type { LogonUserSeed, MachineSeed } from './seed.ts';

/** The machines of one tenant. */
export interface MachineStore {
  /** Last seen first. */
  list(): readonly MachineRecord[];
  /** By id; letter case does not count. */
  get(id: string): MachineRecord | undefined;
  /** By id or full computer name; of several with that name the one seen last. */
  find(idOrName: string): MachineRecord | undefined;
  /** Gives the machine as it is then. */
  change(id: string, changes: Partial<MachineResource>): MachineResource;
  /** Adds a user, or replaces that with the same id. Throws when there is no such machine. */
  logOn(id: string, user: LogonUserSeed): LogonUserResource;
  /** All users of all machines. */
  clearLogons(): void;
  /** Adds machines, or replaces those with the same id. */
  seed(seeds: readonly MachineSeed[], nowMs: number): readonly MachineResource[];
  clear(): void;
}

export type MachineStoreOf = (tenantId: string) => MachineStore;

/** One store per tenant. */
export function createMachineStores(): MachineStoreOf {
  const stores = new Map<string, MachineStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createMachineStore();
    stores.set(key, store);
    return store;
  };
}

function createMachineStore(): MachineStore {
  const records = new Map<string, MachineRecord>();
  const get = (id: string): MachineRecord | undefined => records.get(id.toLowerCase());
  const list = (): readonly MachineRecord[] =>
    [...records.values()].toSorted((a, b) => Date.parse(b.machine.lastSeen) - Date.parse(a.machine.lastSeen));
  return {
    list,
    get,
    find: (idOrName) => {
      const name = idOrName.toLowerCase();
      return get(idOrName) ?? list().find(({ machine }) => machine.computerDnsName?.toLowerCase() === name);
    },
    change: (id, changes) => {
      const record = get(id);
      if (!record) throw new RangeError(`There is no machine ${id}.`);
      const machine = { ...record.machine, ...changes };
      records.set(machine.id, { ...record, machine });
      return machine;
    },
    logOn: (id, seed) => {
      const record = get(id);
      if (!record) throw new RangeError(`There is no machine ${id}.`);
      const user = toLogonUser(seed, record.machine);
      const others = record.logonUsers.filter((each) => each.id.toLowerCase() !== user.id.toLowerCase());
      records.set(record.machine.id, { ...record, logonUsers: [...others, user] });
      return user;
    },
    clearLogons: () => {
      for (const [id, record] of records) records.set(id, { ...record, logonUsers: [] });
    },
    seed: (seeds, nowMs) => {
      const seeded = seeds.map((seed) => fromSeed(seed, nowMs));
      for (const record of seeded) records.set(record.machine.id, record);
      return seeded.map(({ machine }) => machine);
    },
    clear: () => records.clear(),
  };
}
