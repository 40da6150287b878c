import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { timeSchema } from '../../../shared/contract/primitives.ts';
import { readQuery } from '../../../shared/http/read-query.ts';

const schema = z.object({ color: z.enum(['red', 'blue']).optional(), from: timeSchema.optional() });

describe('readQuery', () => {
  it.each([
    ['', {}],
    ['?color=red', { color: 'red' }],
    ['?other=1&color=blue', { color: 'blue' }],
    ['?from=2026-11-20T10%3A00%3A00Z', { from: '2026-11-20T10:00:00Z' }],
    ['?__proto__=1&constructor=2', {}],
  ])('reads %j', (query, values) => {
    expect(readQuery(new URLSearchParams(query), schema)).toEqual({ values, errors: [] });
  });

  it.each([
    ['?color=green', ['color invalid_value']],
    ['?color=', ['color invalid_value']],
    ['?color=red&color=red', ['color invalid_value']],
    ['?color=green&color=red', ['color invalid_value']],
    ['?from=now&color=green', ['color invalid_value', 'from invalid_format']],
  ])('refuses %j', (query, expected) => {
    const { values, errors } = readQuery(new URLSearchParams(query), schema);
    expect(values).toEqual({});
    expect(errors.map(({ parameter, code }) => `${parameter} ${code}`)).toEqual(expected);
  });
});
