import { toDomainRecord, toFileRecord, toIpRecord } from './seed.ts';
import type { DomainRecord, FileRecord, IpRecord } from './resource.ts';
import type { DomainSeed, FileSeed, IpSeed } from './seed.ts';

/** One kind of entity of one tenant, as control has told of it. */
export interface EntityList<Seed, Item> {
  list(): readonly Item[];
  /** Adds entities, or replaces those with the same name. Throws a `RangeError` on what is none. */
  seed(seeds: readonly Seed[], nowMs: number): readonly Item[];
  clear(): void;
}

/** What control has told of the entities of one tenant; events and alerts tell more (`traces.ts`). */
export interface EntityStore {
  readonly files: EntityList<FileSeed, FileRecord>;
  readonly domains: EntityList<DomainSeed, DomainRecord>;
  readonly ips: EntityList<IpSeed, IpRecord>;
}

export type EntityStoreOf = (tenantId: string) => EntityStore;

/** One store per tenant. */
export function createEntityStores(): EntityStoreOf {
  const stores = new Map<string, EntityStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? {
      files: createEntityList(toFileRecord, ({ file }) => file.sha1),
      domains: createEntityList(toDomainRecord, ({ host }) => host),
      ips: createEntityList(toIpRecord, ({ ipAddress }) => ipAddress),
    };
    stores.set(key, store);
    return store;
  };
}

export function createEntityList<Seed, Item>(
  toItem: (seed: Seed, nowMs: number) => Item,
  keyOf: (item: Item) => string,
): EntityList<Seed, Item> {
  const items = new Map<string, Item>();
  return {
    list: () => [...items.values()],
    seed: (seeds, nowMs) => {
      const seeded = seeds.map((seed) => toItem(seed, nowMs));
      for (const item of seeded) items.set(keyOf(item), item);
      return seeded;
    },
    clear: () => items.clear(),
  };
}
