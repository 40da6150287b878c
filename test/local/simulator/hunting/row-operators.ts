import { evaluate } from './scalar.ts';
import { sortRows } from './sort.ts';
import { columnsOf, itemsOf, nameOf, part, unsupported } from './syntax.ts';
import { fromJson, isKind, keyOf, toNumber } from './values.ts';
import type { Environment, Row, Table } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

type Operator = (input: Table, operator: SyntaxNode, environment: Environment) => Table;

const same: Operator = (input) => input;

const take: Operator = (input, operator, environment) => ({
  ...input,
  rows: input.rows.slice(0, countOf(operator, environment)),
});

/** The columns that the checker says, by their names. */
const pick: Operator = (input, operator) => select(input, columnsOf(operator));

/** Operators that look at one row after the other, by the parser's names. */
export const rowOperators: Readonly<Record<string, Operator>> = {
  FilterOperator: (input, operator, environment) => {
    const condition = part(operator, 'Condition');
    return { ...input, rows: input.rows.filter((row) => evaluate(condition, { row }, environment) === true) };
  },
  ProjectOperator: project,
  DistinctOperator: (input, operator, environment) => {
    const isStar = itemsOf(operator, 'Expressions').some(({ kind }) => kind === 'StarExpression');
    const { columns, rows } = isStar ? input : project(input, operator, environment);
    const keyOfRow = (row: Row): string => JSON.stringify(columns.map(({ name }) => keyOf(row.get(name) ?? null)));
    return { columns, rows: [...new Map(rows.map((row) => [keyOfRow(row), row])).values()] };
  },
  ExtendOperator: extend,
  ProjectRenameOperator: (input, operator) => {
    const renamed = new Map(
      itemsOf(operator, 'Expressions').map((item) => [nameOf(part(item, 'Name')), nameOf(part(item, 'Expression'))]),
    );
    const columns = columnsOf(operator);
    return {
      columns,
      rows: input.rows.map(
        (row) => new Map(columns.map(({ name }) => [name, row.get(renamed.get(name) ?? name) ?? null])),
      ),
    };
  },
  ProjectAwayOperator: pick,
  ProjectKeepOperator: pick,
  ProjectReorderOperator: pick,
  TakeOperator: take,
  SampleOperator: take,
  SortOperator: (input, operator, environment) => ({
    ...input,
    rows: sortRows(input.rows, itemsOf(operator, 'Expressions'), environment),
  }),
  TopOperator: (input, operator, environment) => {
    const rows = sortRows(input.rows, [part(operator, 'ByExpression')], environment);
    return { ...input, rows: rows.slice(0, countOf(operator, environment)) };
  },
  CountOperator: (input, operator) => {
    const columns = columnsOf(operator);
    return { columns, rows: [new Map(columns.map(({ name }) => [name, input.rows.length]))] };
  },
  MvExpandOperator: expand,
  AsOperator: same,
  // How to draw the rows is not the API's business.
  RenderOperator: same,
  SerializeOperator: same,
};

function countOf(operator: SyntaxNode, environment: Environment): number {
  return Math.max(0, toNumber(evaluate(part(operator, 'Expression'), {}, environment)) ?? 0);
}

function select({ rows }: Table, columns: Table['columns']): Table {
  return { columns, rows: rows.map((row) => new Map(columns.map(({ name }) => [name, row.get(name) ?? null]))) };
}

/** One column for each expression, in their order, under the checker's names. */
function project(input: Table, operator: SyntaxNode, environment: Environment): Table {
  const items = itemsOf(operator, 'Expressions');
  const columns = columnsOf(operator);
  if (items.length !== columns.length) return unsupported('expressions that give several columns');
  return {
    columns,
    rows: input.rows.map(
      (row) =>
        new Map(
          columns.map(({ name }, index): [string, Value] => {
            const item = items[index];
            return [name, item ? evaluate(item, { row }, environment) : null];
          }),
        ),
    ),
  };
}

/** Expressions without a name take the names that the checker added. */
function extend(input: Table, operator: SyntaxNode, environment: Environment): Table {
  const items = itemsOf(operator, 'Expressions');
  const columns = operator.columns ?? withNamed(input.columns, items);
  const given = items.map((item) => (item.kind === 'SimpleNamedExpression' ? nameOf(part(item, 'Name')) : undefined));
  const taken = new Set([...input.columns.map(({ name }) => name), ...given]);
  const free = columns.map(({ name }) => name).filter((name) => !taken.has(name));
  const named = items.flatMap((item, index) => {
    if (item.kind === 'NameReference') return [];
    if (item.kind === 'CompoundNamedExpression') return unsupported('expressions that give several columns');
    const name = given[index] ?? free.shift();
    return name === undefined ? [] : [{ name, item }];
  });
  return select(
    {
      columns,
      rows: input.rows.map((row) => {
        const added = named.map(({ name, item }): [string, Value] => [name, evaluate(item, { row }, environment)]);
        return new Map([...row, ...added]);
      }),
    },
    columns,
  );
}

/** The columns of an extended table that the checker leaves open. */
function withNamed(columns: Table['columns'], items: readonly SyntaxNode[]): Table['columns'] {
  const named = items.filter(({ kind }) => kind === 'SimpleNamedExpression');
  const added = named.map((item) => ({ name: nameOf(part(item, 'Name')), type: item.type ?? 'dynamic' }));
  return [...new Map([...columns, ...added].map((column) => [column.name, column])).values()];
}

/** A row for each member of a list; a row whose list is empty stays, with nothing in it. */
function expand(input: Table, operator: SyntaxNode, environment: Environment): Table {
  const [item, ...others] = itemsOf(operator, 'Expressions');
  if (!item || others.length > 0) return unsupported('mv-expand of several columns');
  const expression = part(item, 'Expression');
  const isNamed = expression.kind === 'SimpleNamedExpression';
  if (!isNamed && expression.kind !== 'NameReference') return unsupported('mv-expand of an expression without a name');
  const name = nameOf(isNamed ? part(expression, 'Name') : expression);
  const rows = input.rows.flatMap((row): readonly Row[] => {
    const value = evaluate(expression, { row }, environment);
    const members = isKind(value, 'dynamic') && Array.isArray(value.json) ? value.json.map(fromJson) : [value];
    return (members.length === 0 ? [null] : members).map((each) => new Map([...row, [name, each]]));
  });
  return select({ columns: input.columns, rows }, columnsOf(operator));
}
