import type { TableClient } from '@azure/data-tables';
import type { Tables } from '../../shared/tables.client.ts';

/** A call that writes. `text`: what the SDK was given, as JSON. */
export interface TableWrite {
  readonly table: string;
  readonly method: string;
  readonly text: string;
}

/** What is done around each write; what they throw is what the product sees. */
export interface WriteHooks {
  readonly before?: (write: TableWrite) => void;
  /** It is written by then. */
  readonly after?: (write: TableWrite) => void;
}

/** What the SDK throws when storage does not answer. */
export function storageAway(): Error {
  return Object.assign(new Error('Storage does not answer.'), { name: 'RestError', statusCode: 503 });
}

/** Whether a write accepts an operation of kind `Action`. */
export function isAcceptOfAction({ table, method, text }: TableWrite): boolean {
  return table === 'work' && method === 'submitTransaction' && /^\[\[\["create",\{.*?"kind":"Action"/.test(text);
}

/** The same tables, with hooks around what is written. */
export function hooked(tables: Tables, { before, after }: WriteHooks): Tables {
  const hook = (client: TableClient, table: string): TableClient =>
    new Proxy(client, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        const method = String(property);
        if (typeof value !== 'function' || !/^(?:submit|create|update|upsert|delete)/.test(method)) return value;
        return async (...given: unknown[]): Promise<unknown> => {
          const write = { table, method, text: JSON.stringify(given) };
          before?.(write);
          const answer: unknown = await Reflect.apply(value, target, given);
          after?.(write);
          return answer;
        };
      },
    });
  return (name) => hook(tables(name), name);
}
