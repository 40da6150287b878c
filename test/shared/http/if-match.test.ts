import { describe, expect, it } from 'vitest';
import { fits, readIfMatch } from '../../../shared/http/if-match.ts';

const read = (value?: string) => readIfMatch(new Headers(value === undefined ? {} : { 'if-match': value }));

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', 'any'],
    ['"a"', ['"a"']],
    ['"a", W/"b"', ['"a"', 'W/"b"']],
  ])('%s is read', (value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each([[''], ['a'], ['"a'], ['"a" "b"'], ['"a",'], ['*, "a"'], ["W/'a'"]])('%s is refused', (value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'invalid_header' }) as Error);
  });

  it.each([
    [undefined, '"a"', true],
    [undefined, undefined, true],
    ['*', '"a"', true],
    ['*', undefined, false],
    ['"a"', undefined, false],
    ['"b", "a"', '"a"', true],
    ['W/"a"', '"a"', false],
  ])('%s fits a document of tag %s: %s', (value, etag, expected) => {
    expect(fits(read(value), etag)).toBe(expected);
  });
});
