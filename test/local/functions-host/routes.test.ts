import { expect, test } from 'vitest';
import type { FunctionMetadata } from './messages.ts';
import { createRoutes, decodePath } from './routes.ts';
import type { Routes } from './routes.ts';

const errors: string[] = [];

function routesOf(
  routePrefix: string,
  routes: Readonly<Record<string, string | undefined>>,
  methods = ['GET'],
): Routes {
  const functions = Object.entries(routes).map(([name, route]): FunctionMetadata => {
    const trigger = { name: 'httpTrigger1', type: 'httpTrigger', direction: 'in' as const, methods };
    return { name, bindings: { httpTrigger1: route === undefined ? trigger : { ...trigger, route } } };
  });
  return createRoutes({ functions, routePrefix, onError: (name, message) => errors.push(`${name}: ${message}`) });
}

test('functions are tried in order of their names, whatever their routes and order of registration', () => {
  const routes = routesOf('api', { c_rest: '{*path}', b_items_literal: 'items/recent', A_items_param: 'items/{id}' });
  const found = ['/api/items/recent', '/api/items/7', '/api/x', '/items/7'].map((path) => routes.find('GET', path));
  expect(found.map((route) => route?.entry.functionName)).toEqual([
    'A_items_param',
    'A_items_param',
    'c_rest',
    undefined,
  ]);
});

test('a method that is not listed passes on to the next function, HEAD and OPTIONS too', () => {
  const routes = routesOf('', { one: 'x' });
  expect(['GET', 'HEAD', 'OPTIONS', 'POST'].map((method) => routes.find(method, '/x') !== undefined)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('without a route the name is the route; an empty prefix puts it at the root', () => {
  expect(routesOf('', { hello: undefined }).find('GET', '/HELLO')?.entry.route).toBe('hello');
  expect(routesOf('api/v2', { hello: undefined }).find('GET', '/api/v2/hello')?.entry.route).toBe('api/v2/hello');
});

test('a function whose route the host cannot use is left out', () => {
  const routes = routesOf('', {
    bad: 'x/{id:nosuch}',
    reserved: 'admin/x',
    runtime: 'runtime',
    good: 'administration',
  });
  expect(routes.entries.map((entry) => entry.functionName)).toEqual(['good']);
  expect(errors).toEqual([
    "bad: The constraint 'nosuch' is not known.",
    'reserved: The specified route conflicts with one or more built in routes.',
    'runtime: The specified route conflicts with one or more built in routes.',
  ]);
});

test.each([
  ['/a%20b/c', '/a b/c'],
  ['/a%2Fb%2fc', '/a%2Fb%2fc'],
  ['/%C3%A9%2F%C3%A9', '/é%2Fé'],
  ['/%zz%ff', '/%zz%ff'],
  ['/a+b', '/a+b'],
])('path %s is %s to the router', (path, expected) => {
  expect(decodePath(path)).toBe(expected);
});
