import { ODataSyntaxError, tokenize } from './odata-lexer.ts';
import { compare, testText } from './odata-compare.ts';
import type { Literal } from './odata-compare.ts';
import type { Token } from './odata-lexer.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Predicate = (row: Row) => boolean;

const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const functions = ['startswith', 'endswith', 'contains'];

/**
 * Reads a `$filter` over the listed properties (name in the query → key of the row; names without regard to case).
 * Throws `ODataSyntaxError`.
 */
export function parseFilter(source: string, properties: Readonly<Record<string, string>>): Predicate {
  const keys = new Map(Object.entries(properties).map(([name, key]) => [name.toLowerCase(), key]));
  const parser = createParser(tokenize(source), keys, source);
  const predicate = parser.parseOr();
  parser.expectEnd();
  return predicate;
}

interface Parser {
  parseOr(): Predicate;
  expectEnd(): void;
}

function createParser(tokens: readonly Token[], keys: ReadonlyMap<string, string>, source: string): Parser {
  let position = 0;
  const fail = (): never => {
    const token = tokens[position];
    throw new ODataSyntaxError(`Syntax error at '${token?.value ?? 'the end'}' in '${source}'.`);
  };
  const isNext = (value: string): boolean => {
    const token = tokens[position];
    return token !== undefined && token.kind !== 'text' && token.value.toLowerCase() === value;
  };
  const accept = (value: string): boolean => isNext(value) && ++position > 0;
  const expect = (value: string): void => void (accept(value) || fail());

  const parseKey = (): string => {
    const token = tokens[position];
    if (token?.kind !== 'word') return fail();
    const key = keys.get(token.value.toLowerCase());
    if (key === undefined)
      throw new ODataSyntaxError(`The property '${token.value}' cannot be used in the $filter query option.`);
    position += 1;
    return key;
  };
  const parseLiteral = (): Literal => {
    const token = tokens[position];
    if (token === undefined || token.kind === 'mark') return fail();
    position += 1;
    return toLiteral(token) ?? fail();
  };
  const parseList = (): readonly Literal[] => {
    const end = accept('[') ? ']' : (expect('('), ')');
    const literals = [parseLiteral()];
    while (accept(',')) literals.push(parseLiteral());
    expect(end);
    return literals;
  };
  const parseFunction = (name: string): Predicate => {
    position += 1;
    expect('(');
    const key = parseKey();
    expect(',');
    const literal = parseLiteral();
    expect(')');
    if (accept('eq')) {
      const wanted = accept('true') || (expect('false'), false);
      return (row) => testText(name, row[key], literal) === wanted;
    }
    return (row) => testText(name, row[key], literal);
  };
  const parsePrimary = (): Predicate => {
    if (accept('(')) {
      const inner = parseOr();
      expect(')');
      return inner;
    }
    const name = functions.find((candidate) => isNext(candidate));
    if (name) return parseFunction(name);
    const key = parseKey();
    if (accept('in')) {
      const literals = parseList();
      return (row) => literals.some((literal) => compare('eq', row[key], literal));
    }
    const operator = comparisons.find((candidate) => accept(candidate)) ?? fail();
    const literal = parseLiteral();
    return (row) => compare(operator, row[key], literal);
  };
  const parseNot = (): Predicate => {
    if (!accept('not')) return parsePrimary();
    const inner = parseNot();
    return (row) => !inner(row);
  };
  const parseAnd = (): Predicate => {
    const terms = [parseNot()];
    while (accept('and')) terms.push(parseNot());
    return (row) => terms.every((term) => term(row));
  };
  const parseOr = (): Predicate => {
    const terms = [parseAnd()];
    while (accept('or')) terms.push(parseAnd());
    return (row) => terms.some((term) => term(row));
  };
  return { parseOr, expectEnd: () => void (position === tokens.length || fail()) };
}

function toLiteral(token: Token): Literal | undefined {
  if (token.kind === 'text') return token.value;
  const { value } = token;
  if (value === 'null') return null;
  if (value === 'true' || value === 'false') return value === 'true';
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return Number(value);
  const isDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)?(?:Z|[+-]\d{2}:\d{2})?$/.test(value);
  return isDate ? { date: value } : undefined;
}
