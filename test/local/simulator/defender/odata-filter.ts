import { compare, testText } from './odata-compare.ts';
import { createCursor } from './odata-cursor.ts';
import { ODataSyntaxError } from './odata-lexer.ts';
import type { Literal } from './odata-compare.ts';
import type { Cursor } from './odata-cursor.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Predicate = (row: Row) => boolean;
type Keys = ReadonlyMap<string, string>;

const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const textTests = ['startswith', 'endswith', 'contains'];

/**
 * Reads a `$filter` over the listed properties (name in the query → key of the row; names without regard to case):
 * `eq ne gt ge lt le and or not in startswith endswith contains` and brackets. Throws `ODataSyntaxError`.
 */
export function parseFilter(source: string, properties: Readonly<Record<string, string>>): Predicate {
  const keys = new Map(Object.entries(properties).map(([name, key]) => [name.toLowerCase(), key]));
  const cursor = createCursor(source);
  const predicate = parseOr(cursor, keys);
  cursor.expectEnd();
  return predicate;
}

function parseOr(cursor: Cursor, keys: Keys): Predicate {
  const terms = [parseAnd(cursor, keys)];
  while (cursor.accept('or')) terms.push(parseAnd(cursor, keys));
  return (row) => terms.some((term) => term(row));
}

function parseAnd(cursor: Cursor, keys: Keys): Predicate {
  const terms = [parseNot(cursor, keys)];
  while (cursor.accept('and')) terms.push(parseNot(cursor, keys));
  return (row) => terms.every((term) => term(row));
}

function parseNot(cursor: Cursor, keys: Keys): Predicate {
  if (!cursor.accept('not')) return parsePrimary(cursor, keys);
  const inner = parseNot(cursor, keys);
  return (row) => !inner(row);
}

function parsePrimary(cursor: Cursor, keys: Keys): Predicate {
  if (cursor.accept('(')) {
    const inner = parseOr(cursor, keys);
    cursor.expect(')');
    return inner;
  }
  const textTest = textTests.find((name) => cursor.accept(name));
  return textTest ? parseTextTest(cursor, keys, textTest) : parseComparison(cursor, keys);
}

/** `contains(name,'text')`, also compared with `true` or `false`. */
function parseTextTest(cursor: Cursor, keys: Keys, name: string): Predicate {
  cursor.expect('(');
  const key = parseKey(cursor, keys);
  cursor.expect(',');
  const literal = cursor.literal();
  cursor.expect(')');
  const wanted = cursor.accept('eq') ? cursor.literal() : true;
  return (row) => testText(name, row[key], literal) === wanted;
}

function parseComparison(cursor: Cursor, keys: Keys): Predicate {
  const key = parseKey(cursor, keys);
  if (cursor.accept('in')) {
    const literals = parseList(cursor);
    return (row) => literals.some((literal) => compare('eq', row[key], literal));
  }
  const operator = comparisons.find((name) => cursor.accept(name)) ?? cursor.fail();
  const literal = cursor.literal();
  return (row) => compare(operator, row[key], literal);
}

/** `('a','b')` and `['a','b']`. */
function parseList(cursor: Cursor): readonly Literal[] {
  const isSquare = cursor.accept('[');
  if (!isSquare) cursor.expect('(');
  const literals = [cursor.literal()];
  while (cursor.accept(',')) literals.push(cursor.literal());
  cursor.expect(isSquare ? ']' : ')');
  return literals;
}

function parseKey(cursor: Cursor, keys: Keys): string {
  const name = cursor.word();
  const key = keys.get(name.toLowerCase());
  if (key === undefined) {
    throw new ODataSyntaxError(`The property '${name}' cannot be used in the $filter query option.`);
  }
  return key;
}
