/** A bracket that stands alone: then one pass leaves nothing for a second one. */
const opening = '(?<![[({])[[({]';
const closing = '[\\])}](?![\\])}])';

const tokens: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${opening}(?:\\.|dot)${closing}`, 'gi'), '.'],
  [new RegExp(`${opening}@${closing}`, 'g'), '@'],
  [new RegExp(`${opening}:${closing}`, 'g'), ':'],
  [new RegExp(`${opening}/${closing}`, 'g'), '/'],
  [/^([a-z*]{3,6})[[({]:\/\/[\])}]/i, '$1://'],
  [/^h(?:xx|\*\*|tx|xt)p(s?)(?=:)/i, 'http$1'],
  [/^f[x*]p(?=:)/i, 'ftp'],
];

/** Spaces, byte order marks and invisible direction marks that copying leaves around a value. */
const around = /^[\s\u200b-\u200f\u202a-\u202e\u2060]+|[\s\u200b-\u200f\u202a-\u202e\u2060]+$/g;

/**
 * Undoes what analysts do to make a value harmless to click: `hxxps[:]//evil[.]example` → `https://evil.example`.
 * Also trims. Running it again changes nothing.
 */
export function refang(text: string): string {
  return tokens.reduce((value, [token, plain]) => value.replace(token, plain), text.replace(around, ''));
}
