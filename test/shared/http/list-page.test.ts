import { describe, expect, it } from 'vitest';
import { pageQueryErrors, readPageQuery } from '../../../shared/http/list-page.ts';

describe('pageQueryErrors', () => {
  it.each([
    ['', []],
    ['limit=1', []],
    ['limit=100', []],
    ['limit=0', [['limit', 'invalid_value']]],
    ['limit=-1', [['limit', 'invalid_value']]],
    ['limit=101', [['limit', 'invalid_value']]],
    ['limit=99999999999999999999', [['limit', 'invalid_value']]],
    ['limit=', [['limit', 'invalid_type']]],
    ['limit=ten', [['limit', 'invalid_type']]],
    ['limit=1.5', [['limit', 'invalid_type']]],
    ['limit=1e1', [['limit', 'invalid_type']]],
    ['limit=5&limit=5', [['limit', 'invalid_value']]],
    ['cursor=MQ', []],
    ['cursor=', [['cursor', 'invalid_value']]],
    ['cursor=M', [['cursor', 'invalid_value']]],
    ['cursor=MQ%3D%3D', [['cursor', 'invalid_value']]],
    ['cursor=_w', [['cursor', 'invalid_value']]],
    ['cursor=MQ&cursor=MQ', [['cursor', 'invalid_value']]],
    [
      'limit=0&cursor=',
      [
        ['limit', 'invalid_value'],
        ['cursor', 'invalid_value'],
      ],
    ],
  ])('%s', (query, errors) => {
    const found = pageQueryErrors(new URLSearchParams(query));
    expect(found.map(({ parameter, code }) => [parameter, code])).toEqual(errors);
  });
});

describe('readPageQuery', () => {
  it('gives 50 items from the beginning when nothing is said', () => {
    expect(readPageQuery(new URLSearchParams())).toEqual({ limit: 50 });
  });

  it('gives as many as asked for, after the last one of the page before', () => {
    expect(readPageQuery(new URLSearchParams('limit=7&cursor=MQ'))).toEqual({ limit: 7, after: '1' });
  });
});
