import { evaluateTable } from './tabular.ts';
import { columnsOf, itemsOf, nameOf, part, unsupported } from './syntax.ts';
import { keyOf } from './values.ts';
import type { Environment, Row, Table } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

interface Keys {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

const kinds = ['innerunique', 'inner', 'leftouter', 'leftsemi', 'leftanti', 'anti', 'leftantisemi'];

/** On equal columns. The checker names the result's columns: the left ones, then the right ones. */
export function join(left: Table, operator: SyntaxNode, environment: Environment): Table {
  const kind = kindOf(operator);
  const right = evaluateTable(part(operator, 'Expression'), environment);
  const keys = keysOf(operator);
  const keyOfRow = (row: Row, names: readonly string[]): string =>
    JSON.stringify(names.map((name) => keyOf(row.get(name) ?? null)));
  const matches = Map.groupBy(right.rows, (row) => keyOfRow(row, keys.right));
  const matchesOf = (row: Row): readonly Row[] => matches.get(keyOfRow(row, keys.left)) ?? [];
  const columns = columnsOf(operator);
  if (kind === 'leftsemi') return { columns, rows: left.rows.filter((row) => matchesOf(row).length > 0) };
  if (kind.includes('anti')) return { columns, rows: left.rows.filter((row) => matchesOf(row).length === 0) };
  const isUnique = kind === 'innerunique';
  const lefts = isUnique
    ? [...new Map(left.rows.toReversed().map((row) => [keyOfRow(row, keys.left), row])).values()]
    : left.rows;
  const rows = lefts.flatMap((row) => {
    const found = matchesOf(row);
    const partners = found.length === 0 && kind === 'leftouter' ? [undefined] : found;
    return partners.map((partner) => {
      const values = [
        ...left.columns.map(({ name }) => row.get(name) ?? null),
        ...right.columns.map(({ name }) => partner?.get(name) ?? null),
      ];
      return new Map(columns.map(({ name }, index): [string, Value] => [name, values[index] ?? null]));
    });
  });
  return { columns, rows };
}

function kindOf(operator: SyntaxNode): string {
  const parameter = itemsOf(operator, 'Parameters').find((each) => nameOf(part(each, 'Name')) === 'kind');
  const expression = parameter && part(parameter, 'Expression');
  const kind = expression?.parts['Token']?.text ?? 'innerunique';
  return kinds.includes(kind) ? kind : unsupported(`join kind=${kind}`);
}

/** `on A, $left.B == $right.C`. */
function keysOf(operator: SyntaxNode): Keys {
  const clause = part(operator, 'ConditionClause');
  const pairs = itemsOf(clause, 'Expressions').map((item): readonly [string, string] => {
    if (item.kind === 'NameReference') return [nameOf(item), nameOf(item)];
    if (item.kind !== 'EqualExpression') return unsupported('a join on anything but equal columns');
    const sides = [part(item, 'Left'), part(item, 'Right')].map((side) => ({
      isLeft: nameOf(part(side, 'Expression')) === '$left',
      column: nameOf(part(side, 'Selector')),
    }));
    const column = (isLeft: boolean): string =>
      sides.find((side) => side.isLeft === isLeft)?.column ?? unsupported('a join on one side alone');
    return [column(true), column(false)];
  });
  return { left: pairs.map(([left]) => left), right: pairs.map(([, right]) => right) };
}
