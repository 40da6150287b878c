import { aggregates } from './aggregates.ts';
import { evaluateTable, runBody } from './tabular.ts';
import { scalarFunctions } from './functions.ts';
import { readLiteral } from './literals.ts';
import { applyOperator } from './operators.ts';
import { itemsOf, nameOf, part, unsupported } from './syntax.ts';
import { fromJson, isKind, order, timespanOf, toNumber, toText } from './values.ts';
import type { Environment, Place } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

/** The value of an expression at its place. */
export function evaluate(node: SyntaxNode, place: Place, environment: Environment): Value {
  const value = (name: string): Value => evaluate(part(node, name), place, environment);
  switch (node.kind) {
    case 'ParenthesizedExpression':
    case 'SimpleNamedExpression':
      return value('Expression');
    case 'NameReference':
      return resolve(nameOf(node), place, environment);
    case 'PathExpression':
      return member(value('Expression'), nameOf(part(node, 'Selector')));
    case 'ElementExpression':
      return member(value('Expression'), evaluate(part(part(node, 'Selector'), 'Expression'), place, environment));
    case 'UnaryMinusExpression':
      return negative(value('Expression'));
    case 'UnaryPlusExpression':
      return value('Expression');
    case 'AndExpression':
    case 'OrExpression':
      return evaluateLogic(node, place, environment);
    case 'BetweenExpression':
    case 'NotBetweenExpression':
      return evaluateBetween(node, place, environment);
    case 'FunctionCallExpression':
      return evaluateCall(node, place, environment);
    case 'ToScalarExpression':
      return evaluateToScalar(part(node, 'Expression'), place, environment);
    default:
      if (/^(?:Not)?In(?:Cs)?Expression$|^Has(?:Any|All)Expression$/.test(node.kind)) {
        return evaluateMembership(node, place, environment);
      }
      if ('Left' in node.parts && 'Right' in node.parts) {
        return applyOperator(part(node, 'Operator').text, [value('Left'), value('Right')], node.type);
      }
      return readLiteral(node);
  }
}

function resolve(name: string, { row, group }: Place, { names }: Environment): Value {
  const cell = (row ?? group?.[0])?.get(name);
  if (cell !== undefined) return cell;
  const binding = names.get(name);
  return binding?.kind === 'scalar' ? binding.value : unsupported(`the name ${name} here`);
}

function member(value: Value, key: Value): Value {
  if (!isKind(value, 'dynamic')) return null;
  const { json } = value;
  if (Array.isArray(json)) return typeof key === 'number' ? fromJson(json.at(key)) : null;
  return Object.hasOwn(json, toText(key)) ? fromJson((json as Readonly<Record<string, unknown>>)[toText(key)]) : null;
}

function negative(value: Value): Value {
  if (isKind(value, 'timespan')) return timespanOf(-value.ticks);
  const number = toNumber(value);
  return number === null ? null : -number;
}

/** What is certain does not wait for the other side. */
function evaluateLogic(node: SyntaxNode, place: Place, environment: Environment): Value {
  const decisive = node.kind === 'OrExpression';
  const left = evaluate(part(node, 'Left'), place, environment);
  if (left === decisive) return decisive;
  const right = evaluate(part(node, 'Right'), place, environment);
  if (right === decisive) return decisive;
  return left === null || right === null ? null : !decisive;
}

function evaluateBetween(node: SyntaxNode, place: Place, environment: Environment): Value {
  const couple = part(node, 'Right');
  const [value, low, end] = [part(node, 'Left'), part(couple, 'First'), part(couple, 'Second')].map((each) =>
    evaluate(each, place, environment),
  ) as [Value, Value, Value];
  // `datetime between (t .. 1h)`: so long after the beginning.
  const high = isKind(low, 'datetime') && isKind(end, 'timespan') ? applyOperator('+', [low, end], undefined) : end;
  const [above, below] = [order(value, low), order(value, high)];
  if (value === null || above === null || below === null) return null;
  const isBetween = above >= 0 && below <= 0;
  return node.kind === 'BetweenExpression' ? isBetween : !isBetween;
}

/** `in`, `in~`, `has_any`, `has_all`: over values, lists of them and the first column of a table. */
function evaluateMembership(node: SyntaxNode, place: Place, environment: Environment): Value {
  const operator = part(node, 'Operator').text;
  const value = evaluate(part(node, 'Left'), place, environment);
  const candidates = itemsOf(node, 'Right').flatMap((item) => candidatesOf(item, place, environment));
  const isOne = (test: string) => (each: Value) => applyOperator(test, [value, each], 'bool') === true;
  switch (operator) {
    case 'has_any':
      return candidates.some(isOne('has'));
    case 'has_all':
      return candidates.every(isOne('has'));
    default: {
      const isIn = candidates.some(isOne(operator.endsWith('~') ? '=~' : '=='));
      return operator.startsWith('!') ? !isIn : isIn;
    }
  }
}

function candidatesOf(item: SyntaxNode, place: Place, environment: Environment): readonly Value[] {
  const name = item.kind === 'NameReference' ? nameOf(item) : undefined;
  const isTable = item.columns !== undefined || (name !== undefined && environment.names.get(name)?.kind === 'table');
  if (isTable) {
    const { columns, rows } = evaluateTable(item, environment);
    return rows.map((row) => row.get(columns[0]?.name ?? '') ?? null);
  }
  const value = evaluate(item, place, environment);
  return isKind(value, 'dynamic') && Array.isArray(value.json) ? value.json.map(fromJson) : [value];
}

function evaluateCall(node: SyntaxNode, place: Place, environment: Environment): Value {
  const name = nameOf(part(node, 'Name'));
  const own = environment.names.get(name);
  if (own?.kind === 'function') {
    const result = runBody(own, node, { place, environment });
    return 'columns' in result ? unsupported(`the table of ${name}() as a value`) : result.value;
  }
  const argumentNodes = itemsOf(node, 'ArgumentList');
  const aggregate = place.group ? aggregates[name] : undefined;
  if (aggregate && place.group) {
    const rows = place.group.map((row) => argumentNodes.map((each) => evaluate(each, { row }, environment)));
    return aggregate(rows);
  }
  const scalar = scalarFunctions[name] ?? unsupported(`the function ${name}()`);
  // The first argument may name a column that is not there.
  const values = argumentNodes.map((each, index) =>
    name.startsWith('column_if') && index === 0 ? nameOf(each) : evaluate(each, place, environment),
  );
  return scalar(values, { nowMs: environment.nowMs, type: node.type, row: place.row });
}

function evaluateToScalar(node: SyntaxNode, place: Place, environment: Environment): Value {
  if (node.columns === undefined) return evaluate(node, place, environment);
  const { columns, rows } = evaluateTable(node, environment);
  return rows[0]?.get(columns[0]?.name ?? '') ?? null;
}
