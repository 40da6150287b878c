import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxJsonDepth, parseJson } from '../../../shared/http/parse-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJson', () => {
  it.each([
    ['an object', '{"a":[1,{"a":null}],"b":"c"}'],
    ['a scalar', ' -1.5e3 '],
    ['the same key in different objects', '{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
    ['a key equal to a text value', '{"a":"a","b":"a"}'],
    ['brackets, commas and quotes inside a text', '{"a":"{\\"a\\":1,[","b":",\\\\"}'],
    ['a whole surrogate pair, escaped', '{"a":"\\ud83d\\ude00"}'],
    ['the deepest nesting that is taken', nested(maxJsonDepth)],
  ])('takes %s', (_name, text) => {
    expect(parseJson(bytes(text))).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '{"a":1,}'],
    ['NaN', '{"a":NaN}'],
    ['a comment', '{"a":1} // yes'],
    ['two values', '{} {}'],
    ['a byte order mark', '\ufeff{}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, far apart', '{"a":{"b":[1,2]},"c":"a","a":1}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a key twice inside an array', '[{"a":1},{"b":1,"b":2}]'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['half a surrogate pair', '{"a":"\\ud83d"}'],
    ['one level too deep', nested(maxJsonDepth + 1)],
    ['a hundred thousand levels', nested(100_000)],
    ['a hundred thousand levels never closed', '['.repeat(100_000)],
  ])('refuses %s', (_name, text) => {
    expect(parseJson(bytes(text))).toMatchObject({ ok: false });
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses bytes that are not UTF-8: %s', (_name, raw) => {
    expect(parseJson(Uint8Array.from(raw))).toEqual({ ok: false, detail: 'The body is not UTF-8.' });
  });

  it('keeps __proto__ a field like any other', () => {
    const parsed = parseJson(bytes('{"__proto__":{"isAdmin":true}}'));
    if (!parsed.ok) throw new Error('refused');
    expect(Object.keys(parsed.value as object)).toEqual(['__proto__']);
    expect((parsed.value as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('agrees with JSON.parse on every value that can be written down', () => {
    const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false }).filter((v) => JSON.stringify(v).isWellFormed());
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(json, undefined, space);
        const halves = /\\ud[89a-f]/i.test(text);
        const parsed = parseJson(bytes(text));
        expect(parsed).toEqual(
          halves ? { ok: false, detail: expect.any(String) } : { ok: true, value: JSON.parse(text) },
        );
      }),
    );
  });

  it('never takes what JSON.parse refuses, and never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '"a"',
      '"b"',
      '1',
      'null',
      ' ',
      '\\u0061',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseJson(bytes(text));
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a repeated key wherever it stands', () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(keys, fc.nat(), fc.nat(), (unique, from, to) => {
        const repeated = unique.toSpliced(to % (unique.length + 1), 0, unique[from % unique.length] ?? '');
        const object = (names: readonly string[]) =>
          `{${names.map((name) => `${JSON.stringify(name)}:[{}]`).join(',')}}`;
        fc.pre(unique.every((name) => name.isWellFormed()));
        expect(parseJson(bytes(object(unique))).ok).toBe(true);
        expect(parseJson(bytes(object(repeated))).ok).toBe(false);
      }),
    );
  });
});
