import { describe, expect, test } from 'vitest';
import { readRouteTemplate } from './route-template.ts';

describe('a route and a path', () => {
  test.each([
    ['api/items', '/api/items', {}],
    ['api/items', '/API/Items/', {}],
    ['/api/items/', '/api/items', {}],
    ['api/items', '/api/items/1', undefined],
    ['api/items', '/api', undefined],
    ['items/{id}', '/items/Ab%2Fc', { id: 'Ab%2Fc' }],
    ['items/{id}', '/items', undefined],
    ['items/{id}', '/items//x', undefined],
    ['items/{id?}', '/items', {}],
    ['items/{id?}', '/items/7', { id: '7' }],
    ['items/{id=5}', '/items', { id: '5' }],
    ['items/{id=5}', '/items/7', { id: '7' }],
    ['{*rest}', '/', {}],
    ['{*rest}', '/a/b', { rest: 'a/b' }],
    ['files/{*rest}', '/files', {}],
    ['files/{**rest}', '/files/a/b/c.txt', { rest: 'a/b/c.txt' }],
    ['{name}.{ext}', '/a.b.c', { name: 'a.b', ext: 'c' }],
    ['v{version}/x', '/v2/x', { version: '2' }],
    ['a(b)+/{id}', '/A(B)+/1', { id: '1' }],
    ['{{x}}/{id}', '/{x}/1', { id: '1' }],
    ['tenants/{tenantId}/actions/{id}/cancel', '/tenants/t/actions/a/cancel', { tenantId: 't', id: 'a' }],
  ])('%s takes %s as %o', (route, path, expected) => {
    expect(readRouteTemplate(route).match(path)).toEqual(expected);
  });
});

describe('constraints', () => {
  test.each([
    ['int', ['7', '-7', '2147483647'], ['x', '1.5', '2147483648', '']],
    ['long', ['9223372036854775807'], ['9223372036854775808', 'x']],
    ['bool', ['true', 'False'], ['1', 'yes']],
    ['alpha', ['abC'], ['a1']],
    [
      'guid',
      ['6f1c0000-0000-4000-8000-00000000A001', '6f1c00000000400080000000000000a0'],
      ['6f1c0000', '6f1c0000-0000-4000-8000-00000000a00z'],
    ],
    ['decimal', ['1', '-1.5'], ['1e5', 'x']],
    ['double', ['1.5e3', '.5'], ['x']],
    ['float', ['1.5'], ['1.5.1']],
    ['datetime', ['2026-11-20', '2026-11-20T10:00:00Z'], ['soon']],
    ['required', ['x'], []],
    ['minlength(2)', ['ab'], ['a']],
    ['maxlength(2)', ['ab'], ['abc']],
    ['length(2)', ['ab'], ['a', 'abc']],
    ['length(2,3)', ['ab', 'abc'], ['a', 'abcd']],
    ['min(5)', ['5', '6'], ['4', 'x']],
    ['max(5)', ['5'], ['6']],
    ['range(5,7)', ['5', '7'], ['4', '8']],
    ['regex(^a.c$)', ['abc', 'ABC'], ['abcd']],
    ['regex(^\\d{{2}}$)', ['12'], ['123', '1']],
    ['regex(^(a|b:c)$)', ['a', 'b:c'], ['c']],
    ['int:min(5)', ['5'], ['4', 'x']],
  ])('{value:%s} takes %o, not %o', (constraint, taken, refused) => {
    const template = readRouteTemplate(`x/{value:${constraint}}`);
    expect(taken.filter((value) => !template.match(`/x/${value}`))).toEqual([]);
    expect(refused.filter((value) => template.match(`/x/${value}`))).toEqual([]);
  });

  test('hold for an optional value only where there is one', () => {
    const template = readRouteTemplate('x/{id:int?}');
    expect(['/x', '/x/5', '/x/y'].map((path) => template.match(path))).toEqual([{}, { id: '5' }, undefined]);
  });
});

test.each(['{', '{}', 'x/{id:nosuch}', '{a b}'])('%s is no route', (route) => {
  expect(() => readRouteTemplate(route)).toThrow();
});
