import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEgress } from '../../../shared/egress/egress.client.ts';
import type { Egress, EgressRequest } from '../../../shared/egress/egress.client.ts';
import { sendJson, startHttpServer } from '../../builders/http-server.ts';

const nowMs = Date.parse('2026-11-21T10:00:00Z');
const ask: EgressRequest = { maxBytes: 1_000, timeoutMs: 60_000 };

function egressOf(allowedOrigins: readonly string[], lookup?: LookupFunction): Egress {
  const egress = createEgress({ allowedOrigins, now: () => nowMs, ...(lookup ? { lookup } : {}) });
  onTestFinished(() => egress.close());
  return egress;
}

/** A resolver that answers each question with the next of these answers. */
function resolver(...answers: readonly (readonly LookupAddress[])[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const found = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? [];
    callback(null, [...found]);
  };
  return { lookup, asked };
}

/** Counts the connections that this process makes while the test runs. */
function countConnections(): () => number {
  let count = 0;
  const onConnected = () => (count += 1);
  subscribe('undici:client:connected', onConnected);
  onTestFinished(() => {
    unsubscribe('undici:client:connected', onConnected);
  });
  return () => count;
}

const text = (body: Uint8Array) => Buffer.from(body).toString('utf8');

describe('addresses', () => {
  const v4 = (address: string): LookupAddress => ({ address, family: 4 });
  const v6 = (address: string): LookupAddress => ({ address, family: 6 });
  const bad: readonly [name: string, answers: readonly LookupAddress[]][] = [
    ['loopback', [v4('127.0.0.1')]],
    ['private', [v4('10.0.0.5')]],
    ['platform', [v4('168.63.129.16')]],
    ['instance metadata', [v4('169.254.169.254')]],
    ['loopback in IPv6', [v6('::1')]],
    ['mapped loopback', [v6('::ffff:127.0.0.1')]],
    ['a public one first', [v4('8.8.8.8'), v4('127.0.0.1')]],
    ['a public one last', [v6('fe80::1'), v4('8.8.8.8')]],
    ['nothing', []],
  ];
  it.each(bad)('a name that stands for %s is not called', async (_name, answers) => {
    const connections = countConnections();
    const { lookup, asked } = resolver(answers);
    const result = await egressOf([], lookup).get('https://feeds.example/', ask);
    expect(result).toMatchObject({ ok: false, reason: 'blocked_address' });
    expect(asked).toEqual(['feeds.example']);
    expect(connections()).toBe(0);
  });

  it('a name that changes its mind is checked by the very answer that the socket gets', async () => {
    const connections = countConnections();
    // The first answer would pass a check made beforehand; whatever is asked for the connection is what is checked.
    const { lookup } = resolver(
      [v4('127.0.0.1')],
      [v4('8.8.8.8')],
      [v4('127.0.0.1')],
      [v4('127.0.0.1'), v4('8.8.8.8')],
    );
    const egress = egressOf([], lookup);
    const reasons: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const result = await egress.get('https://rebinding.example/', i === 1 ? { ...ask, timeoutMs: 200 } : ask);
      reasons.push(result.ok || result.reason);
    }
    expect(reasons[0]).toBe('blocked_address');
    expect(reasons.slice(2)).toEqual(['blocked_address', 'blocked_address']);
    expect(['network', 'timeout']).toContain(reasons[1]);
    expect(connections()).toBe(0);
  });

  it.each([
    'https://127.0.0.1/',
    'http://127.0.0.1/',
    'https://[::7f00:1]/',
    'https://ana@feeds.example/',
    'https://localhost/',
    'nonsense',
  ])('%s is not even looked up', async (url) => {
    const connections = countConnections();
    const { lookup, asked } = resolver([v4('8.8.8.8')]);
    expect(await egressOf([], lookup).get(url, ask)).toMatchObject({ ok: false, reason: 'blocked_address' });
    expect(asked).toEqual([]);
    expect(connections()).toBe(0);
  });

  it('a server that we are allowed is called, its redirect to another is not', async () => {
    const connections = countConnections();
    const elsewhere = await startHttpServer((_request, response) => response.end('secret'));
    const server = await startHttpServer((_request, response) =>
      response.writeHead(302, { location: elsewhere.url }).end(),
    );
    const result = await egressOf([server.url, elsewhere.url]).get(`${server.url}/feed`, ask);
    expect(result).toMatchObject({ ok: false, reason: 'http_status', status: 302 });
    expect(elsewhere.requests).toHaveLength(0);
    expect(connections()).toBe(1);
  });

  it('a name that nobody knows is a network failure', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), '', 0);
    const result = await egressOf([], lookup).get('https://feeds.example/', ask);
    expect(result).toMatchObject({
      ok: false,
      reason: 'network',
      detail: expect.stringContaining('ENOTFOUND') as string,
    });
  });
});

describe('answers', () => {
  it('gives a whole body with status and headers, and sends what was asked', async () => {
    const server = await startHttpServer((_request, response) => sendJson(response, 200, { a: 1 }, { ETag: '"v1"' }));
    const result = await egressOf([server.url]).get(`${server.url}/feed?x=1#part`, {
      ...ask,
      headers: { authorization: 'Bearer t' },
    });
    if (!result.ok) throw new Error(result.detail);
    expect(result).toMatchObject({ status: 200, headers: { etag: '"v1"', 'content-type': 'application/json' } });
    expect(text(result.body)).toBe('{"a":1}');
    expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/feed?x=1' });
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'accept-encoding': 'gzip' });
  });

  it('posts', async () => {
    const server = await startHttpServer((request, response) => response.end(request.body.toUpperCase()));
    const result = await egressOf([server.url]).post(server.url, {
      ...ask,
      body: 'event',
      headers: { 'content-type': 'text/plain' },
    });
    expect(result.ok && text(result.body)).toBe('EVENT');
    expect(server.requests[0]).toMatchObject({ method: 'POST', body: 'event' });
  });

  it('takes 304 and 204 as answers', async () => {
    const server = await startHttpServer((request, response) => response.writeHead(Number(request.url.slice(1))).end());
    const egress = egressOf([server.url]);
    expect(await egress.get(`${server.url}/304`, ask)).toMatchObject({ ok: true, status: 304, body: new Uint8Array() });
    expect(await egress.get(`${server.url}/204`, ask)).toMatchObject({ ok: true, status: 204 });
  });

  it.each([
    [404, {}, {}],
    [410, {}, {}],
    [500, {}, {}],
    [503, { 'retry-after': '120' }, { retryAfterMs: 120_000 }],
    [429, { 'retry-after': new Date(nowMs + 9_000).toUTCString() }, { retryAfterMs: 9_000 }],
  ] as const)('%i is a failure', async (status, headers, more) => {
    const server = await startHttpServer((_request, response) =>
      response.writeHead(status, headers).end('body '.repeat(100_000)),
    );
    const result = await egressOf([server.url]).get(server.url, ask);
    expect(result).toEqual({ ok: false, reason: 'http_status', status, detail: `Answer ${status}.`, ...more });
  });

  it('unpacks gzip', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
    });
    const result = await egressOf([server.url]).get(server.url, ask);
    expect(result.ok && text(result.body)).toBe('unpacked');
  });

  it('refuses what is packed in another way', async () => {
    const server = await startHttpServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
    );
    expect(await egressOf([server.url]).get(server.url, ask)).toMatchObject({
      ok: false,
      reason: 'network',
      status: 200,
    });
  });
});

describe('limits', () => {
  it.each([
    ['exactly', 1_000, true],
    ['one byte more', 1_001, false],
    ['much more', 5_000_000, false],
  ])('a body of %s', async (_name, length, ok) => {
    const server = await startHttpServer((_request, response) => response.end('x'.repeat(length)));
    const result = await egressOf([server.url]).get(server.url, ask);
    expect(result.ok ? result.body.length : result.reason).toBe(ok ? length : 'too_large');
  });

  it('counts what is unpacked, and stops there', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const server = await startHttpServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await egressOf([server.url]).get(server.url, { ...ask, maxBytes: 60_000 })).toMatchObject({
      reason: 'too_large',
      status: 200,
    });
  });

  it('counts a body without end, and cuts it where that is asked for', async () => {
    const server = await startHttpServer((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const egress = egressOf([server.url]);
    expect(await egress.get(server.url, ask)).toMatchObject({ ok: false, reason: 'too_large' });
    const cut = await egress.get(server.url, { ...ask, whenTooLarge: 'cut' });
    expect(cut.ok && cut.body.length).toBe(1_000);
  });

  it('ends what takes too long: headers that do not come, a body that does not end', async () => {
    const server = await startHttpServer((request, response) => {
      if (request.url === '/body') response.writeHead(200).write('x');
    });
    const egress = egressOf([server.url]);
    expect(await egress.get(`${server.url}/headers`, { ...ask, timeoutMs: 50 })).toMatchObject({
      ok: false,
      reason: 'timeout',
    });
    expect(await egress.get(`${server.url}/body`, { ...ask, timeoutMs: 50 })).toMatchObject({
      ok: false,
      reason: 'timeout',
    });
  });

  it('throws the reason of a caller that gave up', async () => {
    const server = await startHttpServer(() => undefined);
    const reason = new Error('shutting down');
    await expect(egressOf([server.url]).get(server.url, { ...ask, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('broken answers', () => {
  it('a connection that ends without one', async () => {
    const server = await startHttpServer((_request, response) => response.destroy());
    expect(await egressOf([server.url]).get(server.url, ask)).toMatchObject({ ok: false, reason: 'network' });
  });

  it.each([
    ['shorter than it said', { 'content-length': '500' }, Buffer.from('short')],
    ['chunked, without its end', {}, Buffer.from('short')],
    [
      'packed, half of it',
      { 'content-encoding': 'gzip', 'content-length': '20' },
      gzipSync('x'.repeat(100)).subarray(0, 20),
    ],
  ])('a body that is %s', async (_name, headers, body) => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, headers);
      response.write(body);
      setImmediate(() => response.destroy());
    });
    const result = await egressOf([server.url]).get(server.url, ask);
    expect(result).toMatchObject({ ok: false, reason: 'truncated', status: 200 });
  });

  it('a packed body that ends early though all bytes came', async () => {
    const half = gzipSync('x'.repeat(1_000)).subarray(0, 20);
    const server = await startHttpServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(half),
    );
    expect(await egressOf([server.url]).get(server.url, ask)).toMatchObject({ ok: false, reason: 'truncated' });
  });
});
