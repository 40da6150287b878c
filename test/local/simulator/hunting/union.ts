import { evaluateTable } from './tabular.ts';
import { itemsOf, nameOf, part } from './syntax.ts';
import type { Environment, Row, Table } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

/** `A | union B`, or `union A, B`. A column that only some have is empty in the others. */
export function union(
  operator: SyntaxNode,
  left: { readonly table: Table; readonly node: SyntaxNode } | undefined,
  environment: Environment,
): Table {
  const parameters = itemsOf(operator, 'Parameters');
  const parameter = (name: string): SyntaxNode | undefined =>
    parameters.find((each) => nameOf(part(each, 'Name')).toLowerCase() === name);
  const withSource = parameter('withsource');
  const sourceColumn = withSource && nameOf(part(withSource, 'Expression'));
  // A fuzzy union leaves out the tables that do not exist: the checker has warned of them only.
  const nodes = itemsOf(operator, 'Expressions').filter((node) => node.kind !== 'NameReference' || node.columns);
  const sources = [
    ...(left ? [left] : []),
    ...nodes.map((node) => ({ node, table: evaluateTable(node, environment) })),
  ];
  const added = sourceColumn === undefined ? [] : [{ name: sourceColumn, type: 'string' }];
  const columns = operator.columns ?? [...added, ...columnsOfAll(sources.map(({ table }) => table))];
  const rows = sources.flatMap(({ node, table }, index) => {
    const source = node.kind === 'NameReference' ? nameOf(node) : `union_arg${index}`;
    const readers = columns.map(({ name, type }) => ({
      ...{ name, from: sourceOf(table, name, type) },
      empty: type === 'string' ? '' : null,
    }));
    return table.rows.map((row): Row => {
      const cells = readers.map(({ name, from, empty }): [string, Value] => [
        name,
        from === undefined ? empty : (row.get(from) ?? null),
      ]);
      return new Map(sourceColumn === undefined ? cells : [...cells, [sourceColumn, source]]);
    });
  });
  return { columns, rows };
}

/** Where the checker leaves the columns open, because a table may be there or not: all that the sources have. */
function columnsOfAll(tables: readonly Table[]): Table['columns'] {
  return [...new Map(tables.flatMap(({ columns }) => columns).map((column) => [column.name, column])).values()];
}

/** Columns with the same name and other types stand apart, as `name_type`. */
function sourceOf({ columns }: Table, name: string, type: string): string | undefined {
  const has = (wanted: string): boolean => columns.some((column) => column.name === wanted && column.type === type);
  if (has(name)) return name;
  const base = name.endsWith(`_${type}`) ? name.slice(0, -type.length - 1) : undefined;
  return base !== undefined && has(base) ? base : undefined;
}
