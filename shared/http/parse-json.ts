/** What came of a body: its value, or why it is not the JSON we take. */
export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/** Objects and arrays inside each other; deeper is refused before anything walks through it. */
export const maxJsonDepth = 32;

/**
 * Parses JSON as RFC 8259 has it, and refuses what would be read differently elsewhere: bytes that are not UTF-8 (a byte
 * order mark included), a key twice in one object, half of a surrogate pair, and more than {@link maxJsonDepth} levels.
 * `JSON.parse` decides what is JSON; the text is looked through a second time only for what `JSON.parse` cannot tell.
 */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused('The body is not UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('The body is not JSON.');
  }
  const flaw = flawOf(text);
  return flaw === undefined ? { ok: true, value } : refused(flaw);
}

/** Looks through text that is known to be JSON, without recursion: nothing here depends on how deep the sender nested it. */
function flawOf(text: string): string | undefined {
  // One entry for each open object (the keys seen so far) or array (`undefined`).
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '{':
      case '[':
        expectsKey = text[at] === '{';
        open.push(expectsKey ? new Set() : undefined);
        if (open.length > maxJsonDepth) return `The body is nested deeper than ${maxJsonDepth} levels.`;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        expectsKey = open.at(-1) !== undefined;
        break;
      case ':':
        expectsKey = false;
        break;
      case '"': {
        const end = endOfString(text, at);
        // Escapes count: "a" and "\u0061" are the same key.
        const string = JSON.parse(text.slice(at, end + 1)) as string;
        if (!string.isWellFormed()) return 'A text holds half of a surrogate pair.';
        const keys = expectsKey ? open.at(-1) : undefined;
        if (keys?.has(string)) return 'A key is given twice in the same object.';
        keys?.add(string);
        at = end;
        break;
      }
    }
  }
  return undefined;
}

/** Index of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function refused(detail: string): ParsedJson {
  return { ok: false, detail };
}
