import type { HuntingColumn } from './tables.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

export type Row = ReadonlyMap<string, Value>;

export interface Table {
  readonly columns: readonly HuntingColumn[];
  readonly rows: readonly Row[];
}

/** What a name stands for. */
export type Binding =
  | { readonly kind: 'scalar'; readonly value: Value }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'function'; readonly declaration: SyntaxNode; readonly environment: Environment };

export interface Environment {
  readonly nowMs: number;
  /** By `let`, and the parameters of a function. */
  readonly names: ReadonlyMap<string, Binding>;
  /** The rows of a table of the schema; `undefined` when there is no such table. */
  readonly findTable: (name: string) => Table | undefined;
}

/** Where an expression stands: in a row, or over the rows of a group. */
export interface Place {
  readonly row?: Row;
  readonly group?: readonly Row[];
}

export function bind(environment: Environment, name: string, binding: Binding): Environment {
  return { ...environment, names: new Map([...environment.names, [name, binding]]) };
}
