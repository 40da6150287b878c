import type { Tables } from '../../shared/tables.client.ts';

/** 64 KiB of UTF-16, and as many bytes. */
const longestText = 32 * 1024;
const longestBytes = 64 * 1024;
const largestEntity = 1024 * 1024;
const largestTransaction = 4 * 1024 * 1024;

type Entity = Readonly<Record<string, unknown>>;

/**
 * The same tables, which refuse what Azure refuses and Azurite takes: keys, names, sizes and numbers that the table service
 * knows nothing to do with, transactions and filters that are too long.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model,
 * …/performing-entity-group-transactions, …/querying-tables-and-entities
 */
export function withAzureRules(tables: Tables): Tables {
  return (name) =>
    new Proxy(tables(name), {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          check(String(property), given);
          return Reflect.apply(value, target, given);
        };
      },
    });
}

function check(method: string, given: readonly unknown[]): void {
  switch (method) {
    case 'getEntity':
    case 'deleteEntity':
      return given.slice(0, 2).forEach(checkKey);
    case 'createEntity':
    case 'updateEntity':
    case 'upsertEntity':
      return checkEntity(given[0] as Entity);
    case 'submitTransaction':
      return checkTransaction(given[0] as readonly (readonly [string, Entity])[]);
    case 'listEntities':
      return checkFilter((given[0] as { queryOptions?: { filter?: string } } | undefined)?.queryOptions?.filter ?? '');
  }
}

function checkTransaction(actions: readonly (readonly [string, Entity])[]): void {
  if (actions.length < 1 || actions.length > 100) refuse(`a transaction of ${actions.length} actions`);
  const keys = actions.map(([, entity]) => String(entity['rowKey']));
  if (new Set(keys).size < keys.length) refuse('a row twice in a transaction');
  for (const [, entity] of actions) checkEntity(entity);
  // Bytes travel as base64.
  const bytes = actions.reduce((sum, [, entity]) => sum + 1_000 + (sizeOf(entity) * 4) / 3, 0);
  if (bytes > largestTransaction) refuse('a transaction of more than 4 MiB');
}

function checkEntity(entity: Entity): void {
  const { partitionKey, rowKey, ...properties } = entity;
  [partitionKey, rowKey].forEach(checkKey);
  const names = Object.keys(properties);
  if (names.length > 252) refuse(`${names.length} properties`);
  for (const name of names) if (!/^[A-Za-z_]\w{0,254}$/.test(name)) refuse(`the property name ${name}`);
  for (const [name, value] of Object.entries(properties)) checkValue(name, value);
  if (sizeOf(entity) > largestEntity) refuse('an entity of more than 1 MiB');
}

function checkValue(name: string, value: unknown): void {
  if (value === null) refuse(`null in ${name}`);
  if (typeof value === 'number' && !(Math.abs(value) < 2 ** 31)) refuse(`the number ${value} in ${name}`);
  if (typeof value === 'string' && value.length > longestText) refuse(`a text of ${value.length} in ${name}`);
  if (value instanceof Uint8Array && value.length > longestBytes) refuse(`${value.length} bytes in ${name}`);
}

function checkKey(key: unknown): void {
  if (typeof key !== 'string' || key.length > 512 || /[/\\#?\p{Cc}]/u.test(key)) refuse(`the key ${String(key)}`);
}

function checkFilter(filter: string): void {
  const outside = filter.replaceAll(/'(?:[^']|'')*'/g, "''");
  const comparisons = outside.match(/\b(?:eq|ne|gt|ge|lt|le)\b/g)?.length ?? 0;
  if (comparisons > 15) refuse(`a filter of ${comparisons} comparisons`);
  if (encodeURIComponent(filter).length > 30_000) refuse('a filter that is too long for an address');
}

function sizeOf(entity: Entity): number {
  return Object.entries(entity).reduce((sum, [name, value]) => {
    const length = typeof value === 'string' ? value.length * 2 : value instanceof Uint8Array ? value.length : 8;
    return sum + name.length * 2 + length;
  }, 0);
}

function refuse(what: string): never {
  throw Object.assign(new Error(`Azure Tables does not take ${what}.`), { name: 'RestError', statusCode: 400 });
}
