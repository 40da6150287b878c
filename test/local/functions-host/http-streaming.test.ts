import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';
import type { TestHost } from './fixture.ts';
import { sendRaw } from './raw-request.ts';

const hostJson = JSON.stringify({
  version: '2.0',
  extensions: { http: { routePrefix: '', customHeaders: { 'X-Content-Type-Options': 'nosniff', 'X-Own': 'host' } } },
});

const app = `
  const { app } = require('@azure/functions');
  app.setup({ enableHttpStream: true });
  const all = ['GET', 'POST', 'PUT', 'HEAD'];
  const http = (name, route, handler, methods = all) => app.http(name, { route, methods, handler });
  http('echo', 'echo/{id?}', async (request) => ({ jsonBody: {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    query: [...request.query],
    params: request.params,
    body: await request.text(),
  } }));
  http('mirror', 'mirror', (request) => ({ body: request.body }));
  http('boom', 'boom', () => { throw new Error('lost'); });
  http('empty', 'empty', () => undefined);
  http('early', 'early', () => ({ status: 413, body: 'too large' }));
  http('cookies', 'cookies', () => ({ status: 202, cookies: [{ name: 'a', value: '1' }, { name: 'b', value: '2' }], headers: { 'x-own': 'app', connection: 'close' } }));
  http('gone', 'gone', async (request, context) => {
    try { await request.text(); } catch (error) { context.log('the client went away'); }
    return { status: 204 };
  });
`;

describe('HTTP with streaming on', () => {
  const hosts = createHosts();
  let host: TestHost;
  let impatient: TestHost;
  beforeAll(async () => {
    host = await hosts.run({ 'host.json': hostJson, 'main.cjs': app });
    impatient = await hosts.run({ 'host.json': hostJson, 'main.cjs': app }, { proxyTimeoutMs: 300 });
  });

  async function echo(options: Parameters<typeof sendRaw>[1]): Promise<Record<string, unknown>> {
    return JSON.parse((await sendRaw(host.url, options)).body) as Record<string, unknown>;
  }

  test('a request as the handler sees it: the real query, and query values among the parameters', async () => {
    const seen = await echo({
      target: '/echo/a%2Fb?q=1&q=2&id=other&empty=',
      method: 'POST',
      headers: ['X-Two', 'a', 'x-two', 'b', 'X-Forwarded-Host', 'evil.example', 'Content-Length', '5'],
      chunks: ['hello'],
    });
    expect(seen).toMatchObject({
      method: 'POST',
      url: `${host.url}/echo/a%2Fb?q=1&q=2&id=other&empty=`,
      headers: { 'x-two': 'a,b', 'content-length': '5', 'x-forwarded-host': 'evil.example' },
      query: [
        ['q', '1'],
        ['q', '2'],
        ['id', 'other'],
        ['empty', ''],
      ],
      params: { id: 'a%2Fb', q: '1,2', empty: '' },
      body: 'hello',
    });
  });

  test('a chunked body arrives', async () => {
    expect(await echo({ target: '/echo', method: 'POST', chunks: ['hel', 'lo'] })).toMatchObject({ body: 'hello' });
  });

  test('a path that looks like another host stays a path', async () => {
    expect((await sendRaw(host.url, { target: '//evil.example/echo' })).status).toBe(404);
  });

  test('30 MB there and back are identical', async () => {
    const body = randomBytes(30 * 1024 * 1024);
    const response = await fetch(`${host.url}/mirror`, { method: 'POST', body });
    expect(digest(new Uint8Array(await response.arrayBuffer()))).toBe(digest(body));
  });

  test('chunks come one by one, in both directions', async () => {
    const { hostname, port } = new URL(host.url);
    const outgoing = request({ hostname, port, path: '/mirror', method: 'POST', agent: false });
    outgoing.write('one');
    const received: string[] = [];
    await new Promise<void>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        response.on('data', (chunk: Buffer) => {
          received.push(chunk.toString());
          // The second goes out only when the first has come back.
          if (received.length === 1) outgoing.end('two');
        });
        response.on('end', resolve);
      });
    });
    expect(received).toEqual(['one', 'two']);
  });

  test.each(['boom', 'empty'])('%s hangs until the forwarder gives up', async (route) => {
    const startedAt = performance.now();
    const response = await fetch(`${impatient.url}/${route}`);
    expect(response.status).toBe(504);
    expect(await response.text()).toBe('');
    expect(performance.now() - startedAt).toBeGreaterThan(250);
  });

  test('an answer may come before the body is through', async () => {
    const response = await fetch(`${host.url}/early`, { method: 'POST', body: new Uint8Array(100_000) });
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 413, body: 'too large' });
  });

  test('the library writes cookies itself; custom headers do not replace', async () => {
    const response = await fetch(`${host.url}/cookies`);
    expect(response.status).toBe(202);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-own')).toBe('app');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await fetch(`${host.url}/no-such`)).headers.get('x-own')).toBe('host');
  });

  test('the handler hears of a client that goes away', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.write('POST /gone HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    await host.untilOutput("Executing 'Functions.gone'");
    socket.destroy();
    await host.untilOutput('the client went away');
  });
});

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
