/** A token of a STIX pattern; `text` of a string is what it means, without quotes and escapes. */
export interface StixToken {
  readonly kind: 'string' | 'literal' | 'word' | 'symbol';
  readonly text: string;
}

/** A pattern that cannot be read, with the reason for the reject. */
export interface StixFault {
  readonly fault: string;
}

const blank = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*)+/y;
const string = /([thb]?)'((?:[^'\\]|\\[\s\S])*)'/y;
const word = /[A-Za-z_][A-Za-z0-9_-]*|[+-]?\d+(?:\.\d+)?/y;
const symbol = /!=|<>|==|<=|>=|[[\]():.,=<>*]/y;

/** Longest pattern, in UTF-16 units. */
const maxLength = 1024 * 1024;

/** Cuts a STIX pattern (2.0 and 2.1, https://docs.oasis-open.org/cti/stix/v2.1/) into tokens. */
export function tokenizeStixPattern(pattern: string): readonly StixToken[] | StixFault {
  if (pattern.length > maxLength) return { fault: 'The pattern is longer than 1 MiB.' };
  const tokens: StixToken[] = [];
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const found = expression.exec(pattern);
    at += found?.[0].length ?? 0;
    return found;
  };
  for (;;) {
    take(blank);
    if (at >= pattern.length) return tokens;
    const text = take(string);
    const found = text ?? take(word) ?? take(symbol);
    if (!found) return { fault: `Character ${at + 1} of the pattern cannot be read.` };
    tokens.push(text ? toString(text) : { kind: /^[\w+-]/.test(found[0]) ? 'word' : 'symbol', text: found[0] });
  }
}

/** Times, hex and binary (`t'…'`, `h'…'`, `b'…'`) are literals that no indicator of ours can hold. */
function toString([, prefix = '', body = '']: RegExpExecArray): StixToken {
  return { kind: prefix === '' ? 'string' : 'literal', text: body.replaceAll(/\\([\s\S])/g, '$1') };
}
