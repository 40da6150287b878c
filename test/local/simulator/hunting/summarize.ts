import { evaluate } from './scalar.ts';
import { columnsOf, itemsOf, nameOf, part, unsupported } from './syntax.ts';
import { keyOf, order } from './values.ts';
import type { Environment, Row, Table } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

/** The checker names the columns: first those of the groups, then those of the aggregates, in their order. */
export function summarize(input: Table, operator: SyntaxNode, environment: Environment): Table {
  const columns = columnsOf(operator);
  const by = operator.parts['ByClause'] ? itemsOf(part(operator, 'ByClause'), 'Expressions') : [];
  const items = itemsOf(operator, 'Aggregates');
  const groups = new Map<string, { readonly keys: readonly Value[]; readonly rows: Row[] }>();
  if (by.length === 0) groups.set('', { keys: [], rows: [] });
  for (const row of input.rows) {
    const keys = by.map((item) => evaluate(item, { row }, environment));
    const key = keys.length === 0 ? '' : JSON.stringify(keys.map(keyOf));
    const group = groups.get(key) ?? { keys, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  return {
    columns,
    rows: [...groups.values()].map(({ keys, rows }) => {
      const cells = new Map<string, Value>();
      const names = columns.map(({ name }) => name);
      for (const value of keys) cells.set(names.shift() ?? '', value);
      items.forEach((item, index) => {
        const width = widthOf(item) ?? names.length - items.slice(index + 1).reduce(addWidth, 0);
        const values = toCells(item, { names: names.splice(0, width), rows, environment });
        for (const [name, value] of values) cells.set(name, value);
      });
      return cells;
    }),
  };
}

const extremes = ['arg_min', 'arg_max'];

/** How many columns an aggregate gives; unknown for `arg_max(x, *)`. */
function widthOf(item: SyntaxNode): number | undefined {
  const call = item.kind === 'SimpleNamedExpression' ? part(item, 'Expression') : item;
  if (call.kind !== 'FunctionCallExpression') return 1;
  const name = nameOf(part(call, 'Name'));
  const given = itemsOf(call, 'ArgumentList');
  const isStar = given.some(({ kind }) => kind === 'StarExpression');
  if (!extremes.includes(name)) return isStar ? unsupported(`${name}(*)`) : 1;
  return isStar ? undefined : given.length;
}

function addWidth(sum: number, item: SyntaxNode): number {
  return sum + (widthOf(item) ?? unsupported('two aggregates with *'));
}

interface Group {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  readonly environment: Environment;
}

function toCells(item: SyntaxNode, { names, rows, environment }: Group): readonly (readonly [string, Value])[] {
  if (item.kind === 'CompoundNamedExpression') return unsupported('names for several columns');
  const call = item.kind === 'SimpleNamedExpression' ? part(item, 'Expression') : item;
  const isExtreme = call.kind === 'FunctionCallExpression' && extremes.includes(nameOf(part(call, 'Name')));
  const [first = '', ...others] = names;
  if (!isExtreme) return [[first, evaluate(item, { group: rows }, environment)]];
  const [by, ...rest] = itemsOf(call, 'ArgumentList');
  const best = by && findBest(rows, { by, isMax: nameOf(part(call, 'Name')) === 'arg_max', environment });
  const isStar = rest.some(({ kind }) => kind === 'StarExpression');
  const valueOf = (name: string, index: number): Value => {
    const argument = rest[index];
    if (!best || (!isStar && !argument)) return null;
    return isStar || !argument ? (best.row.get(name) ?? null) : evaluate(argument, { row: best.row }, environment);
  };
  return [[first, best?.value ?? null], ...others.map((name, index) => [name, valueOf(name, index)] as const)];
}

function findBest(
  rows: readonly Row[],
  { by, isMax, environment }: { readonly by: SyntaxNode; readonly isMax: boolean; readonly environment: Environment },
): { readonly row: Row; readonly value: Value } | undefined {
  const candidates = rows.map((row) => ({ row, value: evaluate(by, { row }, environment) }));
  return candidates.reduce<(typeof candidates)[number] | undefined>((best, candidate) => {
    if (!best || best.value === null) return candidate;
    if (candidate.value === null) return best;
    const difference = order(candidate.value, best.value) ?? 0;
    return (isMax ? difference > 0 : difference < 0) ? candidate : best;
  }, undefined);
}
