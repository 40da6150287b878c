import { toRegExp } from './operators.ts';
import { fromJson, isKind, toNumber, toText } from './values.ts';
import type { ScalarFunctions } from './functions.ts';
import type { Value } from './values.ts';

type OfTexts = (...texts: readonly string[]) => Value;
const text = (apply: OfTexts) => (values: readonly Value[]) => apply(...values.map(toText));

export const textFunctions: ScalarFunctions = {
  tolower: text((value = '') => value.toLowerCase()),
  toupper: text((value = '') => value.toUpperCase()),
  strlen: text((value = '') => [...value].length),
  strcat: (values) => values.map(toText).join(''),
  strcat_delim: ([delimiter = '', ...values]) => values.map(toText).join(toText(delimiter)),
  reverse: text((value = '') => [...value].reverse().join('')),
  strcmp: text((left = '', right = '') => (left < right ? -1 : left > right ? 1 : 0)),
  substring: ([value = '', start = 0, length = null]) => {
    const from = toNumber(start) ?? 0;
    const count = toNumber(length);
    return toText(value).slice(from, count === null ? undefined : from + count);
  },
  indexof: text((value = '', part = '') => value.indexOf(part)),
  countof: text((value = '', part = '') => (part === '' ? 0 : value.split(part).length - 1)),
  split: ([value = '', delimiter = '', index = null]) => {
    const parts = toText(value).split(toText(delimiter));
    const at = toNumber(index);
    return fromJson(at === null ? parts : parts.slice(at, at + 1));
  },
  trim: text((pattern = '', value = '') => trim(value, pattern, 'both')),
  trim_start: text((pattern = '', value = '') => trim(value, pattern, 'start')),
  trim_end: text((pattern = '', value = '') => trim(value, pattern, 'end')),
  replace_string: text((value = '', part = '', by = '') => value.replaceAll(part, () => by)),
  replace_regex: text(replaceRegex),
  replace: text((pattern = '', by = '', value = '') => replaceRegex(value, pattern, by)),
  extract: ([pattern = '', group = 0, value = '']) =>
    toRegExp(toText(pattern)).exec(toText(value))?.[toNumber(group) ?? 0] ?? '',
  base64_decode_tostring: text((value = '') => Buffer.from(value, 'base64').toString('utf8')),
  base64_encode_tostring: text((value = '') => Buffer.from(value, 'utf8').toString('base64')),
  url_decode: text((value = '') => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  }),
  url_encode: text((value = '') => encodeURIComponent(value)),
  parse_url: text(parseUrl),
  strcat_array: ([list = null, delimiter = '']) =>
    isKind(list, 'dynamic') && Array.isArray(list.json)
      ? list.json.map((item) => toText(fromJson(item))).join(toText(delimiter))
      : '',
};

function trim(value: string, pattern: string, side: 'both' | 'start' | 'end'): string {
  const start = side === 'end' ? value : value.replace(toRegExp(`^(?:${pattern})`), '');
  return side === 'start' ? start : start.replace(toRegExp(`(?:${pattern})$`), '');
}

/** Groups are `\1` in the language. */
function replaceRegex(value = '', pattern = '', by = ''): string {
  return value.replace(toRegExp(pattern, 'g'), by.replaceAll('$', '$$$$').replace(/\\(\d)/g, '$$$1'));
}

function parseUrl(value = ''): Value {
  if (!URL.canParse(value)) return fromJson({});
  const url = new URL(value);
  return fromJson({
    Scheme: url.protocol.slice(0, -1),
    Host: url.hostname,
    Port: url.port,
    Path: url.pathname,
    Username: url.username,
    Password: url.password,
    'Query Parameters': Object.fromEntries(url.searchParams),
    Fragment: url.hash.slice(1),
  });
}
