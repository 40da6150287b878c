import { fromJson, isKind, toMoment, toNumber, toText, toTimespan } from './values.ts';
import type { ScalarFunction, ScalarFunctions } from './functions.ts';

const toLong: ScalarFunction = ([value = null]) => {
  if (isKind(value, 'datetime') || isKind(value, 'timespan')) return Number(value.ticks);
  const number = toNumber(value);
  return number === null ? null : Math.trunc(number);
};
const toReal: ScalarFunction = ([value = null]) => toNumber(value);
const toBool: ScalarFunction = ([value = null]) => {
  if (value === null || typeof value === 'boolean') return value;
  const text = toText(value).toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  const number = toNumber(value);
  return number === null ? null : number !== 0;
};
/** What is no JSON stays the text that it is. */
const parseJson: ScalarFunction = ([value = null]) => {
  if (typeof value !== 'string') return value;
  try {
    return fromJson(JSON.parse(value));
  } catch {
    return value === '' ? null : value;
  }
};

export const conversionFunctions: ScalarFunctions = {
  tostring: ([value = null]) => toText(value),
  tolong: toLong,
  toint: toLong,
  toreal: toReal,
  todouble: toReal,
  todecimal: toReal,
  tobool: toBool,
  toboolean: toBool,
  todatetime: ([value = null]) => (isKind(value, 'datetime') ? value : toMoment(toText(value))),
  totimespan: ([value = null]) => (isKind(value, 'timespan') ? value : toTimespan(toText(value))),
  toguid: ([value = null]) => toText(value).toLowerCase(),
  parse_json: parseJson,
  parsejson: parseJson,
  todynamic: parseJson,
};
