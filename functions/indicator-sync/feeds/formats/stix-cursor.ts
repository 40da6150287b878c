import type { StixToken } from './stix-tokens.ts';

/** Deeper than any pattern that a person or tool writes. */
const maxDepth = 64;

/** Where the parser stands. */
export interface Cursor {
  readonly tokens: readonly StixToken[];
  at: number;
  depth: number;
}

/** The pattern is wrong here: the one exit out of a deep descent, caught by the parser. */
export class PatternFault extends Error {}

/** Reads what stands before the closing symbol. */
export function closed<T>(cursor: Cursor, end: string, inner: () => T): T {
  cursor.depth += 1;
  if (cursor.depth > maxDepth) throw new PatternFault(`The pattern is nested deeper than ${maxDepth}.`);
  const result = inner();
  cursor.depth -= 1;
  need(cursor, end);
  return result;
}

/** AND, OR or FOLLOWEDBY. */
export function isCombining(token: StixToken | undefined): boolean {
  return token?.kind === 'word' && ['AND', 'OR', 'FOLLOWEDBY'].includes(token.text.toUpperCase());
}

/** The token at hand, without taking it. */
export function peek(cursor: Cursor): StixToken | undefined {
  return cursor.tokens[cursor.at];
}

/** Takes a token, whatever it is. */
export function next(cursor: Cursor): StixToken {
  const token = peek(cursor);
  if (!token) throw new PatternFault('The pattern ends too early.');
  cursor.at += 1;
  return token;
}

/** Takes the symbol that must come. */
export function need(cursor: Cursor, symbol: string): Cursor {
  if (!takeSymbol(cursor, symbol)) throw new PatternFault(`${symbol} is missing at ${shown(peek(cursor))}.`);
  return cursor;
}

/** Takes the symbol if it comes. */
export function takeSymbol(cursor: Cursor, symbol: string): boolean {
  return take(cursor, (token) => token.kind === 'symbol' && token.text === symbol);
}

/** Takes the word, in any case, if it comes. */
export function takeWord(cursor: Cursor, word: string): boolean {
  return take(cursor, (token) => token.kind === 'word' && token.text.toUpperCase() === word);
}

function take(cursor: Cursor, fits: (token: StixToken) => boolean): boolean {
  const token = peek(cursor);
  if (!token || !fits(token)) return false;
  cursor.at += 1;
  return true;
}

/** A token as it reads in a reason. */
export function shown(token: StixToken | undefined): string {
  return token === undefined ? 'its end' : JSON.stringify(token.text.slice(0, 40));
}
