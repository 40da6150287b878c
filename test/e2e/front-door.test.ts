import { describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import { problemOf, sendTo } from '../builders/wire.ts';
import type { WireAnswer, WireRequest } from '../builders/wire.ts';
import { world } from '../local/demo-world.ts';
import type { TokenOrder } from '../local/simulator/control/mint.ts';

const stack = freshStack();
const send = (line: string, request?: WireRequest): Promise<WireAnswer> => sendTo(stack(), line, request);

const [{ tenantId }] = world.tenants;
const feed = { displayName: 'Example', source: { kind: 'List', url: 'https://feeds.example/list.txt' } };
const put = 'PUT /api/v1/feeds/example';
const json = { 'content-type': 'application/json' };
const stranger = { token: '' };

describe('who may call', () => {
  const admin = { roles: ['admin'] };

  test.each<[what: string, order: TokenOrder | string]>([
    ['no token', ''],
    ['what is no token', 'hello'],
    ['a token for another application', { ...admin, audience: '0b7c0000-0000-4000-8000-00000000ffff' }],
    ['a token for Defender', { ...admin, audience: 'https://api.securitycenter.microsoft.com' }],
    ['an expired token', { ...admin, lifetimeSeconds: -3_600 }],
    ['a token that is not valid yet', { ...admin, claims: { nbf: 4_000_000_000 } }],
    ['a forged token', { ...admin, isForged: true }],
    ['a token of the old format', { ...admin, version: '1.0' }],
    ['a token of a customer’s tenant', { ...admin, tenantId }],
    ['a token of a tenant that says it is ours', { ...admin, tenantId, claims: { tid: world.homeTenantId } }],
    ['a token without the role', { roles: ['operations:read'] }],
  ])('%s: 401, and nothing about why', async (_what, order) => {
    const token = typeof order === 'string' ? order : await stack().simulator.control.mintToken(order);
    const { traceId, ...problem } = problemOf(await send('GET /api/v1/tenants', { token }));
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const { traceId: _other, ...standard } = problemOf(await send('GET /api/v1/tenants', stranger));
    expect(problem).toEqual(standard);
    expect(problem).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('an administrator, by the bare client id and by its URI', async () => {
    for (const audience of [world.appClientId, `api://${world.appClientId}`]) {
      const token = await stack().simulator.control.mintToken({ ...admin, audience });
      expect((await send('GET /api/v1/tenants', { token })).json).toEqual({ value: [] });
    }
  });

  test('health and readiness are everybody’s', async () => {
    expect((await send('GET /api/v1/health', stranger)).status).toBe(200);
    expect((await send('GET /api/v1/ready', stranger)).status).toBe(200);
  });
});

describe('routes and methods, for strangers too', () => {
  test.each([
    'GET /',
    'GET /api/v1',
    'GET /api/v1/tenant',
    'POST /api/v1/feeds/example/refresh/now',
    'GET /api/v2/feeds',
    'GET /feeds',
  ])('%s: 404', async (line) => {
    expect(problemOf(await send(line, stranger))).toMatchObject({ status: 404, code: 'not_found' });
  });

  test.each([
    ['POST /api/v1/feeds', 'GET'],
    ['PATCH /api/v1/feeds/example', 'DELETE, GET, PUT'],
    ['OPTIONS /api/v1/tenants', 'GET'],
    [`POST /api/v1/tenants/${tenantId}`, 'DELETE, GET, PUT'],
    [`GET /api/v1/tenants/${tenantId}/check`, 'POST'],
    [`PUT /api/v1/tenants/${tenantId}/indicators/sync`, 'POST'],
    ['DELETE /api/v1/health', 'GET'],
  ])('%s: 405 with Allow: %s', async (line, allow) => {
    const answer = await send(line, { ...stranger, ...(/^P/.test(line) ? { chunks: ['no JSON'] } : {}) });
    expect(problemOf(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers['allow']?.split(', ').sort().join(', ')).toBe(allow);
  });

  test('HEAD: 405 without a body', async () => {
    const { status, body, headers } = await send('HEAD /api/v1/feeds', stranger);
    expect([status, body, headers['allow']]).toEqual([405, '', 'GET']);
  });
});

describe('bodies', () => {
  const limit = 64 * 1024;
  const padded = (bytes: number): string => JSON.stringify(feed).padEnd(bytes);

  test('in chunks and of the largest size', async () => {
    const text = padded(limit);
    const chunks = [text.slice(0, 10), text.slice(10, 30_000), text.slice(30_000)];
    expect((await send(put, { headers: json, chunks })).json).toMatchObject({ displayName: 'Example' });
    const whole = { ...json, 'content-length': String(limit) };
    expect((await send(put, { headers: whole, chunks: [text] })).status).toBe(200);
  });

  test.each([
    ['announced', { ...json, 'content-length': String(limit + 1) }],
    ['in chunks', json],
  ])('of more than 64 KiB, %s: 413 before anybody asks who it is', async (_how, headers) => {
    const text = padded(limit + 1);
    const answer = await send(put, { ...stranger, headers, chunks: [text.slice(0, limit), text.slice(limit)] });
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  test.each<[what: string, headers: Record<string, string>, body: string | Uint8Array]>([
    ['text', { 'content-type': 'text/plain' }, '{}'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
    ['no type', {}, '{}'],
    ['another character set', { 'content-type': 'application/json; charset=utf-16' }, '{}'],
    ['gzip', { ...json, 'content-encoding': 'gzip' }, gzipSync(JSON.stringify(feed))],
  ])('%s: 415', async (_what, headers, body) => {
    const answer = await send(put, { ...stranger, headers, chunks: [body] });
    expect(problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  test.each<[what: string, body: string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', '{"displayName":'],
    ['a key twice', '{"displayName":"a","displayName":"b"}'],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['more than 32 levels', '['.repeat(33) + ']'.repeat(33)],
  ])('%s: 400', async (_what, body) => {
    const answer = await send(put, { headers: json, chunks: [body] });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'malformed_body' });
  });

  test('a caller is asked who it is before its body is read for sense', async () => {
    expect(problemOf(await send(put, { ...stranger, headers: json, chunks: ['{'] }))).toMatchObject({ status: 401 });
  });
});

describe('traces', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  test.each([
    ['GET /api/v1/health', 200],
    ['GET /api/v1/feeds/nobody', 404],
    ['GET /nowhere', 404],
  ])('%s answers with the caller’s', async (line, status) => {
    const answer = await send(line, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    expect([answer.status, answer.headers['request-id']]).toEqual([status, traceId]);
    if (status >= 400) expect(problemOf(answer).traceId).toBe(traceId);
  });

  test('without one, or with a wrong one, each request has its own', async () => {
    const ids = [
      (await send('GET /api/v1/health')).headers['request-id'],
      (await send('GET /api/v1/health')).headers['request-id'],
      (await send('GET /api/v1/health', { headers: { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` } }))
        .headers['request-id'],
    ];
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain('0'.repeat(32));
  });
});

testUserAgent(stack);
