import { closed, isCombining, need, next, PatternFault, peek, shown, takeSymbol, takeWord } from './stix-cursor.ts';
import type { Cursor } from './stix-cursor.ts';
import { tokenizeStixPattern } from './stix-tokens.ts';
import type { StixFault, StixToken } from './stix-tokens.ts';

/** One way to fulfil a pattern: `file:hashes.'SHA-256'` equals a value, or something that no indicator can say. */
export type StixAlternative = { readonly path: string; readonly value: string } | StixFault;

/**
 * Reads a STIX pattern into its alternatives. OR and IN split, because each side alone is enough; what needs several things at once (AND,
 * FOLLOWEDBY), repetition, time or anything but equality is a fault, because one indicator would stop more than the pattern says.
 * Own parser: the maintained ones are not made for JavaScript.
 */
export function parseStixPattern(pattern: string): readonly StixAlternative[] | StixFault {
  const tokens = tokenizeStixPattern(pattern);
  if ('fault' in tokens) return tokens;
  const cursor: Cursor = { tokens, at: 0, depth: 0 };
  try {
    const alternatives = observations(cursor);
    if (cursor.at < tokens.length)
      throw new PatternFault(`The pattern goes on after its end, at ${shown(peek(cursor))}.`);
    return alternatives;
  } catch (error) {
    if (error instanceof PatternFault) return { fault: error.message };
    throw error;
  }
}

/** `a OP b OP c`: with OR every side is an alternative, with the others the whole is a fault. */
function chain(
  cursor: Cursor,
  operator: 'OR' | 'AND' | 'FOLLOWEDBY',
  part: () => StixAlternative[],
): StixAlternative[] {
  const alternatives = part();
  let parts = 1;
  while (takeWord(cursor, operator)) {
    for (const alternative of part()) alternatives.push(alternative);
    parts += 1;
  }
  if (parts === 1 || operator === 'OR') return alternatives;
  return [{ fault: `${operator} needs ${parts} things at once; an indicator is one.` }];
}

/** AND binds before OR, OR before FOLLOWEDBY. */
function observations(cursor: Cursor): StixAlternative[] {
  return chain(cursor, 'FOLLOWEDBY', () => chain(cursor, 'OR', () => chain(cursor, 'AND', () => observation(cursor))));
}

function observation(cursor: Cursor): StixAlternative[] {
  const alternatives = takeSymbol(cursor, '[')
    ? closed(cursor, ']', () => comparison(cursor))
    : closed(need(cursor, '('), ')', () => observations(cursor));
  return qualified(cursor, alternatives);
}

function qualified(cursor: Cursor, alternatives: StixAlternative[]): StixAlternative[] {
  const qualifier = ['WITHIN', 'REPEATS', 'START'].find((word) => takeWord(cursor, word));
  if (qualifier === undefined) return alternatives;
  while (['word', 'literal', 'string'].includes(peek(cursor)?.kind ?? '') && !isCombining(peek(cursor))) cursor.at += 1;
  return [{ fault: `${qualifier} limits when the pattern holds; an indicator always holds.` }];
}

function comparison(cursor: Cursor): StixAlternative[] {
  return chain(cursor, 'OR', () => chain(cursor, 'AND', () => comparisonTerm(cursor)));
}

function comparisonTerm(cursor: Cursor): StixAlternative[] {
  if (takeSymbol(cursor, '(')) return closed(cursor, ')', () => comparison(cursor));
  const negatedFirst = takeWord(cursor, 'NOT');
  if (takeWord(cursor, 'EXISTS')) {
    objectPath(cursor);
    return [{ fault: 'EXISTS names no value.' }];
  }
  const path = objectPath(cursor);
  const negated = takeWord(cursor, 'NOT') || negatedFirst;
  const operator = next(cursor);
  const values = literals(cursor, operator.text.toUpperCase());
  if (negated) return [{ fault: 'NOT names what is harmless, not what is bad.' }];
  if (!['=', '==', 'IN'].includes(operator.text.toUpperCase())) {
    return [{ fault: `${operator.text} compares by more than equality.` }];
  }
  return values.map((token) =>
    token.kind === 'string' ? { path, value: token.text } : { fault: `${token.text} is no text.` },
  );
}

function literals(cursor: Cursor, operator: string): StixToken[] {
  if (operator !== 'IN') return [literal(cursor)];
  need(cursor, '(');
  const values = [literal(cursor)];
  while (takeSymbol(cursor, ',')) values.push(literal(cursor));
  need(cursor, ')');
  return values;
}

function literal(cursor: Cursor): StixToken {
  const token = next(cursor);
  if (token.kind === 'symbol') throw new PatternFault(`A value is missing at ${shown(token)}.`);
  return token;
}

/** `type:part.part[0].part`, quotes taken off. */
function objectPath(cursor: Cursor): string {
  const type = next(cursor);
  if (type.kind !== 'word') throw new PatternFault(`An object path is missing at ${shown(type)}.`);
  need(cursor, ':');
  let path = `${type.text}:${next(cursor).text}`;
  for (;;) {
    if (takeSymbol(cursor, '.')) path += `.${next(cursor).text}`;
    else if (takeSymbol(cursor, '[')) path += `[${closed(cursor, ']', () => next(cursor).text)}]`;
    else return path;
  }
}
