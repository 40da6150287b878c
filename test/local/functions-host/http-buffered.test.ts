import { beforeAll, describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';
import type { TestHost } from './fixture.ts';
import { sendRaw } from './raw-request.ts';

const hostJson = JSON.stringify({
  version: '2.0',
  extensions: { http: { customHeaders: { 'X-Content-Type-Options': 'nosniff', 'X-Own': 'host' } } },
});

const app = `
  const { app, HttpResponse } = require('@azure/functions');
  const all = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'];
  const http = (name, route, handler, methods = all) => app.http(name, { route, methods, handler });
  http('echo', 'echo/{id?}', async (request) => ({ jsonBody: {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    query: [...request.query],
    params: request.params,
    body: await request.text(),
  } }));
  http('bytes', 'bytes', async (request) => ({ body: new Uint8Array(await request.arrayBuffer()) }));
  http('nothing', 'nothing', () => undefined);
  http('text', 'text', () => 'just text');
  http('boom', 'boom', () => { throw new Error('secret detail'); });
  http('throwsNothing', 'throws-nothing', () => { throw undefined; });
  http('status', 'status/{code:int}', (request) => ({ status: Number(request.params.code), body: 'a body' }));
  http('headers', 'headers', () => ({ headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-own', 'app']] }));
  http('cookies', 'cookies', () => ({ cookies: [
    { name: 'a', value: 'one two;é' },
    { name: 'b', value: '2', path: '/x', domain: 'contoso.example', secure: true, httpOnly: true, sameSite: 'Strict', maxAge: 60, expires: new Date(0) },
    { name: 'c', value: '3', sameSite: 'None', expires: new Date(1000) },
  ] }));
  http('trace', 'trace', (request, context) => ({ jsonBody: context.traceContext }));
  http('getOnly', 'get-only', () => ({ body: 'got' }), ['GET']);
`;

describe('HTTP with streaming off', () => {
  const hosts = createHosts();
  let host: TestHost;
  beforeAll(async () => {
    host = await hosts.run({ 'host.json': hostJson, 'main.cjs': app }, { bodyLimitBytes: 1000 });
  });

  async function echo(options: Parameters<typeof sendRaw>[1]): Promise<Record<string, unknown>> {
    return JSON.parse((await sendRaw(host.url, options)).body) as Record<string, unknown>;
  }

  test('a request as the handler sees it', async () => {
    const seen = await echo({
      target: '/api/ECHO/a%2Fb%20c?q=1&q=2&Q=3&empty=',
      method: 'POST',
      headers: ['X-Two', 'a', 'x-two', 'b', 'Content-Length', '5'],
      chunks: ['hello'],
    });
    expect(seen).toMatchObject({
      method: 'POST',
      url: `${host.url}/api/ECHO/a%2Fb%20c?q=1&q=2&Q=3&empty=`,
      headers: { 'x-two': 'a,b', 'content-length': '5' },
      query: [
        ['q', '1,2,3'],
        ['empty', ''],
      ],
      params: { id: 'a%2Fb c' },
      body: 'hello',
    });
  });

  test('an optional parameter that is absent is left out', async () => {
    expect(await echo({ target: '/api/echo' })).toMatchObject({ params: {}, query: [] });
  });

  test('a chunked body arrives empty', async () => {
    expect(await echo({ target: '/api/echo', method: 'POST', chunks: ['hel', 'lo'] })).toMatchObject({ body: '' });
  });

  test('GET never has a body', async () => {
    const seen = await echo({ target: '/api/echo', headers: ['content-length', '5'], chunks: ['hello'] });
    expect(seen).toMatchObject({ method: 'GET', body: '' });
  });

  test('bytes come back as they went', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await fetch(`${host.url}/api/bytes`, { method: 'PUT', body });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
    expect(response.headers.get('content-length')).toBe('256');
  });

  test.each([
    [1000, 200],
    [1001, 413],
  ])('a body of %i bytes is answered %i', async (length, status) => {
    const response = await fetch(`${host.url}/api/bytes`, { method: 'POST', body: new Uint8Array(length) });
    await response.arrayBuffer();
    expect(response.status).toBe(status);
  });

  test.each([
    ['nothing', 204],
    ['text', 500],
    ['boom', 500],
    ['throws-nothing', 204],
    ['status/204', 204],
    ['no-such', 404],
    ['get-only', 404, 'POST'],
    ['get-only', 404, 'OPTIONS'],
    ['get-only', 404, 'HEAD'],
  ])('%s is answered %i without a body', async (route, status, method = 'GET') => {
    const response = await fetch(`${host.url}/api/${route}`, { method });
    expect({ status: response.status, body: await response.text() }).toEqual({ status, body: '' });
  });

  test('what a handler threw is in the log alone', async () => {
    await fetch(`${host.url}/api/boom`);
    expect(host.output()).toMatch(/Executed 'Functions\.boom' \(Failed, Id=.*\n.*secret detail/);
  });

  test('any status, with a body or without', async () => {
    const teapot = await fetch(`${host.url}/api/status/418`);
    expect({ status: teapot.status, body: await teapot.text() }).toEqual({ status: 418, body: 'a body' });
    const head = await fetch(`${host.url}/api/status/200`, { method: 'HEAD' });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: '' });
  });

  test('several set-cookie headers collapse to the last; custom headers do not replace', async () => {
    const { headers } = await fetch(`${host.url}/api/headers`);
    expect(headers.getSetCookie()).toEqual(['b=2']);
    expect(headers.get('x-own')).toBe('app');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect((await fetch(`${host.url}/no-such`)).headers.get('x-own')).toBe('host');
  });

  test('cookies are URL-encoded, with a path', async () => {
    const { headers } = await fetch(`${host.url}/api/cookies`);
    expect(headers.getSetCookie()).toEqual([
      'a=one%20two%3B%C3%A9; path=/',
      'b=2; max-age=60; domain=contoso.example; path=/x; secure; samesite=strict; httponly',
      'c=3; expires=Thu, 01 Jan 1970 00:00:01 GMT; path=/; samesite=none',
    ]);
  });

  test("the caller's trace goes on, in a span of its own", async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const given = await (await fetch(`${host.url}/api/trace`, { headers: { traceparent, tracestate: 'a=b' } })).json();
    expect(given).toMatchObject({
      traceParent: expect.stringMatching(`^00-${traceId}-[0-9a-f]{16}-01$`),
      traceState: 'a=b',
    });
    expect(given).not.toHaveProperty('traceParent', traceparent);
    const invalid = await fetch(`${host.url}/api/trace`, {
      headers: { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` },
    });
    expect(await invalid.json()).toMatchObject({ traceParent: expect.not.stringContaining('0'.repeat(32)) });
  });

  test('the root is the host’s own page when no function takes it', async () => {
    const response = await fetch(`${host.url}/`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('up and running');
  });
});
