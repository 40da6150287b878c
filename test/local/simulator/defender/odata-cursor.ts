import { ODataSyntaxError, tokenize } from './odata-lexer.ts';
import type { Literal } from './odata-compare.ts';

/** Reads the tokens of a `$filter` one by one; what does not fit throws `ODataSyntaxError`. */
export interface Cursor {
  /** Whether a word or mark comes next, without regard to case; if so, it is passed. */
  accept(value: string): boolean;
  expect(value: string): void;
  /** Passes a word, whatever it is. */
  word(): string;
  literal(): Literal;
  expectEnd(): void;
  fail(): never;
}

export function createCursor(source: string): Cursor {
  const tokens = tokenize(source);
  let position = 0;
  const fail = (): never => {
    throw new ODataSyntaxError(`Syntax error at '${tokens[position]?.value ?? 'the end'}' in '${source}'.`);
  };
  const accept = (value: string): boolean => {
    const token = tokens[position];
    if (token === undefined || token.kind === 'text' || token.value.toLowerCase() !== value) return false;
    position += 1;
    return true;
  };
  return {
    accept,
    expect: (value) => void (accept(value) || fail()),
    word: () => {
      const token = tokens[position];
      if (token?.kind !== 'word') return fail();
      position += 1;
      return token.value;
    },
    literal: () => {
      const token = tokens[position];
      const literal =
        token?.kind === 'text' ? token.value : token?.kind === 'word' ? toLiteral(token.value) : undefined;
      if (literal === undefined) return fail();
      position += 1;
      return literal;
    },
    expectEnd: () => void (position === tokens.length || fail()),
    fail,
  };
}

/** Bare words: numbers, dates, `true`, `false`, `null`. */
function toLiteral(word: string): Literal | undefined {
  if (word === 'null') return null;
  if (word === 'true' || word === 'false') return word === 'true';
  if (/^-?\d+(?:\.\d+)?$/.test(word)) return Number(word);
  const isDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)?(?:Z|[+-]\d{2}:\d{2})?$/.test(word);
  return isDate ? { date: word } : undefined;
}
