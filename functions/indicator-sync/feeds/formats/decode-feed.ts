import type { Unreadable } from '../../../../shared/indicators/feed-item.ts';

/** Beginnings of files that are sometimes served in place of a text. */
const foreign: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'gzip data'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0x42, 0x5a, 0x68], 'bzip2 data'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd data'],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'a PDF document'],
];

const markUtf8 = [0xef, 0xbb, 0xbf];

/**
 * Bytes of a feed as text with `\n` line ends. UTF-8 strictly, UTF-16 by its byte order mark; anything else is refused by name,
 * because a wrongly decoded feed would look like a changed one.
 */
export function decodeFeed(bytes: Uint8Array): { readonly text: string } | Unreadable {
  const known = foreign.find(([start]) => startsWith(bytes, start));
  if (known) return unreadable('byte 1', `The document is ${known[1]}, not text.`);
  const encoding = startsWith(bytes, [0xff, 0xfe])
    ? 'utf-16le'
    : startsWith(bytes, [0xfe, 0xff])
      ? 'utf-16be'
      : 'utf-8';
  const text = decode(bytes, encoding);
  if (text === undefined)
    return unreadable(placeOfFault(bytes, encoding), `The document is not valid ${encoding.toUpperCase()}.`);
  const nul = text.indexOf('\0');
  if (nul >= 0) return unreadable(lineOf(text, nul), 'A NUL byte: binary data, or UTF-16 without its byte order mark.');
  if (text.trim() === '') return unreadable('line 1', 'The document is empty.');
  return { text: text.replaceAll(/\r\n?/g, '\n') };
}

/** Whether a text is HTML or XML: what a server in trouble, or before a sign-in, answers with in place of a feed. */
export function isMarkup(text: string): boolean {
  return /^\s*<(?:[!?]|[a-z][a-z0-9:-]*[\s/>])/i.test(text);
}

/** Whether a text is JSON: an object, or a list of anything but numbers (an address in brackets is a line of a list). */
export function isJson(text: string): boolean {
  return /^\s*[{[]\s*["{[\]}]/.test(text);
}

/** The answer for a document that as a whole cannot be taken. */
export function unreadable(place: string, detail: string): Unreadable {
  return { unreadable: { place, detail } };
}

/** `line 17` for an offset in a text. */
export function lineOf(text: string, offset: number): string {
  return `line ${text.slice(0, offset).split(/\r\n|\r|\n/).length}`;
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function placeOfFault(bytes: Uint8Array, encoding: string): string {
  if (encoding !== 'utf-8') return `byte ${bytes.length}`;
  let from = startsWith(bytes, markUtf8) ? markUtf8.length : 0;
  for (let line = 1; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline < 0 ? bytes.length : newline;
    if (decode(bytes.subarray(from, to), encoding) === undefined) return `line ${line}`;
    from = to + 1;
  }
  return 'line 1';
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
