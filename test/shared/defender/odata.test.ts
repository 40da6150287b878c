import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteText, toFilterOption, toInFilters, toSegment } from '../../../shared/defender/odata.ts';

describe('quoteText', () => {
  it.each([
    ['plain', "'plain'"],
    ["o'neil", "'o''neil'"],
    ["' or 1 eq 1 or '", "''' or 1 eq 1 or '''"],
    ["''", "''''''"],
    ['', "''"],
  ])('%s', (text, literal) => expect(quoteText(text)).toBe(literal));
});

describe('toSegment', () => {
  it.each([
    ['da637551227677560813_-961444813', 'da637551227677560813_-961444813'],
    ['a/../b', 'a%2F..%2Fb'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['%2e%2e', '%252e%252e'],
    ['ünï', '%C3%BCn%C3%AF'],
  ])('%s', (text, segment) => expect(toSegment(text)).toBe(segment));
  it.each(['', '.', '..'])('refuses "%s"', (text) => expect(() => toSegment(text)).toThrow(RangeError));
});

describe('toFilterOption', () => {
  it('survives the way through a URL', () => {
    const filter = `title eq ${quoteText("a&b=c#d+e 'f' %27")}`;
    const url = new URL(`https://host.example/api/indicators?${toFilterOption(filter)}`);
    expect(url.searchParams.get('$filter')).toBe(filter);
  });
});

describe('toInFilters', () => {
  it('puts all values into one filter while they fit', () => {
    expect(toInFilters('id', ['a', "b'c"])).toEqual(["id in ('a','b''c')"]);
    expect(toInFilters('id', [])).toEqual([]);
  });

  it('asks for each value once, within the length, and for one that is too long by itself', () => {
    expect(toInFilters('id', ['a', 'a', 'b'], 29)).toEqual(["id in ('a','b')"]);
    expect(toInFilters('id', ['a', 'b'], 28)).toEqual(["id in ('a')", "id in ('b')"]);
    expect(toInFilters('id', ['x'.repeat(50), 'b'], 24)).toEqual([`id in ('${'x'.repeat(50)}')`, "id in ('b')"]);
  });

  it('loses no value and exceeds no length', () => {
    const values = fc.array(fc.string({ maxLength: 12, unit: 'grapheme-ascii' }), { maxLength: 60 });
    fc.assert(
      fc.property(values, (wanted) => {
        const filters = toInFilters('id', wanted, 200);
        for (const filter of filters)
          expect(toFilterOption(filter).length).toBeLessThanOrEqual('$filter='.length + 200);
        const literals = [...new Set(wanted)].map(quoteText).join(',');
        expect(filters.map((filter) => filter.slice('id in ('.length, -1)).join(',')).toBe(literals);
      }),
    );
  });
});
