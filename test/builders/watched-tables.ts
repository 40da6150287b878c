import type { TableClient } from '@azure/data-tables';
import type { Tables } from '../../shared/tables.client.ts';

/** One call to storage: what, of which table, in which partition. */
export interface TableCall {
  readonly table: string;
  readonly method: string;
  readonly partition: string;
}

/** The same tables; `calls` gets every call that is made through them. */
export function watched(tables: Tables): { readonly tables: Tables; readonly calls: TableCall[] } {
  const calls: TableCall[] = [];
  const watch = (table: TableClient, name: string): TableClient =>
    new Proxy(table, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          calls.push({ table: name, method: String(property), partition: partitionOf(given) });
          return Reflect.apply(value, target, given);
        };
      },
    });
  return { tables: (name) => watch(tables(name), name), calls };
}

/** The partition that a call of the SDK names: as the first argument, in an entity, in a filter, or in the actions of a transaction. */
function partitionOf(given: readonly unknown[]): string {
  const [first] = given;
  if (typeof first === 'string') return first;
  const text = JSON.stringify(given);
  return /PartitionKey eq '([^']*)'/.exec(text)?.[1] ?? /"partitionKey":"([^"]*)"/.exec(text)?.[1] ?? '?';
}
