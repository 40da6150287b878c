import schema from './schema.json' with { type: 'json' };

export interface HuntingColumn {
  readonly name: string;
  /** As in the language: `string`, `datetime`, `long`, … */
  readonly type: string;
}

export interface HuntingTable {
  readonly name: string;
  readonly columns: readonly HuntingColumn[];
}

/** Names and types of the public schema; `boolean` and `bool` are the same. */
export const huntingTables: readonly HuntingTable[] = Object.entries(schema).map(([name, columns]) => ({
  name,
  columns: columns.split(',').map((column) => {
    const [columnName = '', type = 'string'] = column.split(':');
    return { name: columnName, type: type === 'boolean' ? 'bool' : type };
  }),
}));

const byName = new Map(huntingTables.map((table) => [table.name, table]));

/** Table names are compared with regard to case, as in the language. */
export function findTable(name: string): HuntingTable | undefined {
  return byName.get(name);
}
