import { addressFunctions } from './functions-addresses.ts';
import { conversionFunctions } from './functions-conversions.ts';
import { dynamicFunctions } from './functions-dynamic.ts';
import { textFunctions } from './functions-text.ts';
import { timeFunctions } from './functions-times.ts';
import { negate } from './operators.ts';
import { isKind, order, timespanOf, toNumber, toText } from './values.ts';
import type { Row } from './environment.ts';
import type { Value } from './values.ts';

export interface CallContext {
  readonly nowMs: number;
  /** The type of the result, as the checker found it. */
  readonly type: string | undefined;
  readonly row: Row | undefined;
}

export type ScalarFunction = (values: readonly Value[], context: CallContext) => Value;
export type ScalarFunctions = Readonly<Record<string, ScalarFunction>>;

const choose: ScalarFunction = ([condition = null, yes = null, no = null]) => (condition === true ? yes : no);
const isEmpty: ScalarFunction = ([value = null]) => toText(value) === '';
const isNull: ScalarFunction = ([value = null]) => value === null;

const logicFunctions: ScalarFunctions = {
  iff: choose,
  iif: choose,
  case: (values) => {
    for (let at = 0; at + 1 < values.length; at += 2) if (values[at] === true) return values[at + 1] ?? null;
    return values.at(-1) ?? null;
  },
  coalesce: (values) => values.find((value) => value !== null && value !== '') ?? values.at(-1) ?? null,
  not: ([value = null]) => negate(value),
  isempty: isEmpty,
  isnotempty: (values, context) => negate(isEmpty(values, context)),
  notempty: (values, context) => negate(isEmpty(values, context)),
  isnull: isNull,
  isnotnull: (values, context) => negate(isNull(values, context)),
  notnull: (values, context) => negate(isNull(values, context)),
  column_ifexists: columnIfExists,
  columnifexists: columnIfExists,
};

const mathFunctions: ScalarFunctions = {
  abs: ([value = null]) => {
    if (isKind(value, 'timespan')) return timespanOf(value.ticks < 0n ? -value.ticks : value.ticks);
    return onNumber(Math.abs)([value]);
  },
  ceiling: (values) => onNumber(Math.ceil)(values),
  sqrt: (values) => onNumber(Math.sqrt)(values),
  log: (values) => onNumber(Math.log)(values),
  sign: (values) => onNumber(Math.sign)(values),
  pow: ([base = null, power = null]) => onNumber((number) => number ** (toNumber(power) ?? 0))([base]),
  round: ([value = null, digits = 0]) => {
    const factor = 10 ** (toNumber(digits) ?? 0);
    return onNumber((number) => Math.round(number * factor) / factor)([value]);
  },
  min_of: (values) => extreme(values, -1),
  max_of: (values) => extreme(values, 1),
};

export const scalarFunctions: ScalarFunctions = {
  ...logicFunctions,
  ...mathFunctions,
  ...textFunctions,
  ...conversionFunctions,
  ...timeFunctions,
  ...dynamicFunctions,
  ...addressFunctions,
};

function columnIfExists([name = '', otherwise = null]: readonly Value[], { row }: CallContext): Value {
  return row?.get(toText(name)) ?? otherwise;
}

function onNumber(calculate: (number: number) => number): (values: readonly Value[]) => Value {
  return ([value = null]) => {
    const number = toNumber(value);
    return number === null ? null : calculate(number);
  };
}

/** Of what is not null: the least for -1, the greatest for 1. */
function extreme(values: readonly Value[], direction: -1 | 1): Value {
  return values.reduce<Value>((best, value) => {
    if (value === null || best === null) return value ?? best;
    return (order(value, best) ?? 0) * direction > 0 ? value : best;
  }, null);
}
