export type Token =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'mark'; readonly value: '(' | ')' | '[' | ']' | ',' };

/** Why a query was refused; its message goes into the `ODataError`. */
export class ODataSyntaxError extends Error {}

/** Splits a `$filter`. Text stands in single quotes, a quote in it is doubled; numbers, dates and names are words. */
export function tokenize(source: string): readonly Token[] {
  const pattern = /\s*(?:'((?:[^']|'')*)'|([()[\],])|([^\s'()[\],]+))\s*/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match)
      throw new ODataSyntaxError(`There is an unterminated string literal at position ${start} in '${source}'.`);
    const [, text, mark, word] = match;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replaceAll("''", "'") });
    else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark as '(' });
    else tokens.push({ kind: 'word', value: word ?? '' });
  }
  return tokens;
}
