import { unsupported } from './syntax.ts';
import { textOperators } from './text-operators.ts';
import { isKind, order, timespanOf, toNumber, toText } from './values.ts';
import type { Value } from './values.ts';

/** What an operator between two values gives. `type` is the result's, as the checker found it. */
export function applyOperator(
  operator: string,
  [left, right]: readonly [Value, Value],
  type: string | undefined,
): Value {
  const isNegated = operator.startsWith('!') && operator !== '!=' && operator !== '!~';
  if (isNegated) return negate(applyOperator(operator.slice(1), [left, right], type));
  const compared = compare(operator, left, right);
  if (compared !== undefined) return compared;
  const isCaseSensitive = operator.endsWith('_cs');
  const test = textOperators[isCaseSensitive ? operator.slice(0, -3) : operator];
  if (test) {
    const [text, part] = [toText(left), toText(right)];
    return isCaseSensitive ? test(text, part) : test(text.toLowerCase(), part.toLowerCase());
  }
  if (/^matches\s+regex$/.test(operator)) return toRegExp(toText(right)).test(toText(left));
  return calculate(operator, [left, right], type);
}

/** The language's regular expressions begin with their flags, `(?i)`. */
export function toRegExp(source: string, flags = ''): RegExp {
  const [, own = '', rest = source] = /^\(\?([ims]+)\)(.*)$/s.exec(source) ?? [];
  try {
    return new RegExp(rest, `${own}${flags}`);
  } catch {
    return unsupported(`the regular expression ${source}`);
  }
}

export function negate(value: Value): Value {
  return value === null ? null : value !== true;
}

/** A comparison with nothing is not true, except that a value is unequal to nothing. */
function compare(operator: string, left: Value, right: Value): Value | undefined {
  const isNull = left === null || right === null;
  const isBothNull = left === null && right === null;
  const difference = isNull ? null : order(left, right);
  switch (operator) {
    case '==':
      return isBothNull ? null : difference === 0;
    case '!=':
    case '<>':
      return isBothNull ? null : difference !== 0;
    case '=~':
      return toText(left).toLowerCase() === toText(right).toLowerCase();
    case '!~':
      return toText(left).toLowerCase() !== toText(right).toLowerCase();
    case '<':
      return isNull ? null : difference !== null && difference < 0;
    case '<=':
      return isNull ? null : difference !== null && difference <= 0;
    case '>':
      return isNull ? null : difference !== null && difference > 0;
    case '>=':
      return isNull ? null : difference !== null && difference >= 0;
    default:
      return undefined;
  }
}

function calculate(operator: string, [left, right]: readonly [Value, Value], type: string | undefined): Value {
  if (left === null || right === null) return null;
  if (typeof left === 'object' || typeof right === 'object') return calculateTimes(operator, left, right);
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a === null || b === null) return null;
  const isWhole = type === 'long' || type === 'int';
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : isWhole ? Math.trunc(a / b) : a / b;
    case '%':
      return b === 0 ? null : ((a % b) + Math.abs(b)) % Math.abs(b);
    default:
      return unsupported(`the operator ${operator}`);
  }
}

function calculateTimes(operator: string, left: Value, right: Value): Value {
  if (isKind(left, 'datetime') && isKind(right, 'timespan') && (operator === '+' || operator === '-')) {
    return { kind: 'datetime', ticks: left.ticks + (operator === '+' ? right.ticks : -right.ticks) };
  }
  if (isKind(left, 'timespan') && isKind(right, 'datetime') && operator === '+')
    return calculateTimes('+', right, left);
  if (isKind(left, 'datetime') && isKind(right, 'datetime') && operator === '-') {
    return timespanOf(left.ticks - right.ticks);
  }
  if (isKind(left, 'timespan') && isKind(right, 'timespan')) {
    if (operator === '+') return timespanOf(left.ticks + right.ticks);
    if (operator === '-') return timespanOf(left.ticks - right.ticks);
    if (operator === '/') return right.ticks === 0n ? null : Number(left.ticks) / Number(right.ticks);
  }
  if (isKind(left, 'timespan') && typeof right === 'number') {
    if (operator === '*') return timespanOf(BigInt(Math.round(Number(left.ticks) * right)));
    if (operator === '/') return timespanOf(BigInt(Math.round(Number(left.ticks) / right)));
  }
  if (isKind(right, 'timespan') && typeof left === 'number' && operator === '*')
    return calculateTimes('*', right, left);
  return unsupported(`the operator ${operator} between these types`);
}
