import { bind } from './environment.ts';
import { rowOperators } from './row-operators.ts';
import { join } from './join.ts';
import { evaluate } from './scalar.ts';
import { summarize } from './summarize.ts';
import { columnsOf, itemsOf, nameOf, operatorName, part, unsupported } from './syntax.ts';
import { union } from './union.ts';
import type { Binding, Environment, Place, Row, Table } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

/** The rows that an expression of tables gives. */
export function evaluateTable(node: SyntaxNode, environment: Environment): Table {
  switch (node.kind) {
    case 'ParenthesizedExpression':
    case 'MaterializeExpression':
      return evaluateTable(part(node, 'Expression'), environment);
    case 'NameReference':
      return findTable(nameOf(node), environment);
    case 'PipeExpression': {
      const input = evaluateTable(part(node, 'Expression'), environment);
      return applyTo(input, node, environment);
    }
    case 'FunctionCallExpression': {
      const name = nameOf(part(node, 'Name'));
      const binding = environment.names.get(name);
      if (binding?.kind !== 'function') return unsupported(`the function ${name}()`);
      const result = runBody(binding, node, { place: {}, environment });
      return 'columns' in result ? result : unsupported(`the value of ${name}() as a table`);
    }
    case 'UnionOperator':
      return union(node, undefined, environment);
    case 'DataTableExpression':
      return toDataTable(node, environment);
    case 'PrintOperator':
      return print(node, environment);
    default:
      return unsupported(`the operator ${operatorName(node)}`);
  }
}

/** Statements one after the other; the last expression is the result. */
export function runStatements(
  statements: readonly SyntaxNode[],
  environment: Environment,
): { readonly environment: Environment; readonly result: Table | undefined } {
  let [current, result]: [Environment, Table | undefined] = [environment, undefined];
  for (const statement of statements) {
    if (statement.kind === 'LetStatement') {
      const binding = toBinding(part(statement, 'Expression'), current);
      current = bind(current, nameOf(part(statement, 'Name')), binding);
    } else if (statement.kind === 'ExpressionStatement') {
      result = evaluateTable(part(statement, 'Expression'), current);
    } else {
      unsupported(statement.kind);
    }
  }
  return { environment: current, result };
}

/** A function's body sees its parameters and what stood above its declaration, not the row of its caller. */
export function runBody(
  { declaration, environment }: Extract<Binding, { readonly kind: 'function' }>,
  call: SyntaxNode,
  caller: { readonly place: Place; readonly environment: Environment },
): Table | { readonly value: Value } {
  const given = itemsOf(call, 'ArgumentList');
  const inner = itemsOf(part(declaration, 'Parameters'), 'Parameters').reduce((scope, parameter, index) => {
    const { Name: name, Type: type } = part(parameter, 'NameAndType').parts;
    const argument = given[index] ?? part(part(parameter, 'DefaultValue'), 'Value');
    const binding: Binding =
      type?.kind === 'SchemaTypeExpression'
        ? { kind: 'table', table: evaluateTable(argument, caller.environment) }
        : { kind: 'scalar', value: evaluate(argument, caller.place, caller.environment) };
    return bind(scope, name ? nameOf(name) : '', binding);
  }, environment);
  const body = part(declaration, 'Body');
  const { environment: scope } = runStatements(itemsOf(body, 'Statements'), inner);
  const expression = part(body, 'Expression');
  return isTable(expression, scope) ? evaluateTable(expression, scope) : { value: evaluate(expression, {}, scope) };
}

function toBinding(expression: SyntaxNode, environment: Environment): Binding {
  if (expression.kind === 'FunctionDeclaration') return { kind: 'function', declaration: expression, environment };
  return isTable(expression, environment)
    ? { kind: 'table', table: evaluateTable(expression, environment) }
    : { kind: 'scalar', value: evaluate(expression, {}, environment) };
}

/** What the checker knows no scalar type of, is a table. */
function isTable(node: SyntaxNode, { names }: Environment): boolean {
  if (node.columns !== undefined || node.kind === 'PipeExpression' || node.kind === 'MaterializeExpression')
    return true;
  return node.kind === 'NameReference' && names.get(nameOf(node))?.kind === 'table';
}

function findTable(name: string, { names, findTable: find }: Environment): Table {
  const binding = names.get(name);
  if (binding?.kind === 'table') return binding.table;
  return find(name) ?? unsupported(`the table ${name}`);
}

function applyTo(input: Table, pipe: SyntaxNode, environment: Environment): Table {
  const operator = part(pipe, 'Operator');
  switch (operator.kind) {
    case 'SummarizeOperator':
      return summarize(input, operator, environment);
    case 'JoinOperator':
      return join(input, operator, environment);
    case 'UnionOperator':
      return union(operator, { table: input, node: part(pipe, 'Expression') }, environment);
    default: {
      const apply = rowOperators[operator.kind] ?? unsupported(`the operator ${operatorName(operator)}`);
      return apply(input, operator, environment);
    }
  }
}

function toDataTable(node: SyntaxNode, environment: Environment): Table {
  const columns = columnsOf(node);
  const values = itemsOf(node, 'Values').map((item) => evaluate(item, {}, environment));
  const rows = Array.from({ length: Math.ceil(values.length / Math.max(columns.length, 1)) }, (_, row) =>
    toRow(columns, values.slice(row * columns.length)),
  );
  return { columns, rows };
}

function print(node: SyntaxNode, environment: Environment): Table {
  const columns = columnsOf(node);
  const values = itemsOf(node, 'Expressions').map((item) => evaluate(item, {}, environment));
  return { columns, rows: [toRow(columns, values)] };
}

function toRow(columns: Table['columns'], values: readonly Value[]): Row {
  return new Map(columns.map(({ name }, index) => [name, values[index] ?? null]));
}
