import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFeed } from '../../../../../functions/indicator-sync/feeds/formats/decode-feed.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding));
const swapped = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le').swap16());

describe('text', () => {
  test.each([
    ['UTF-8', bytes('ä\nb')],
    ['UTF-8 with its mark', bytes('\ufeffä\nb')],
    ['Windows line ends', bytes('ä\r\nb')],
    ['old line ends', bytes('ä\rb')],
    ['UTF-16, low byte first', bytes('\ufeffä\nb', 'utf16le')],
    ['UTF-16, high byte first', swapped('\ufeffä\nb')],
  ])('%s', (_, input) => {
    expect(decodeFeed(input)).toEqual({ text: 'ä\nb' });
  });
});

describe('what is refused, by name', () => {
  test.each([
    ['nothing', bytes(''), 'line 1', /empty/],
    ['only blanks', bytes('\ufeff \n'), 'line 1', /empty/],
    ['gzip', new Uint8Array(gzipSync('a')), 'byte 1', /gzip/],
    ['zip', bytes('PK\u0003\u0004'), 'byte 1', /zip/],
    ['PDF', bytes('%PDF-1.7'), 'byte 1', /PDF/],
    ['Latin-1', bytes('a\nb\nf\u00fcr\n', 'latin1'), 'line 3', /UTF-8/],
    ['UTF-8 cut in a character', bytes('a\nä').subarray(0, 3), 'line 2', /UTF-8/],
    ['NUL', bytes('a\nb\0'), 'line 2', /NUL/],
    ['UTF-16 without its mark', bytes('ab', 'utf16le'), 'line 1', /NUL/],
    ['half a UTF-16 unit', bytes('\ufeffab', 'utf16le').subarray(0, 5), 'byte 5', /UTF-16LE/],
  ])('%s', (_, input, place, detail) => {
    expect(decodeFeed(input)).toEqual({ unreadable: { place, detail: expect.stringMatching(detail) } });
  });
});

test('any bytes give an answer', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (input) => void decodeFeed(input)));
});
