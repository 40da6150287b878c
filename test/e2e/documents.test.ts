import { describe, expect, test } from 'vitest';
import { feedDocumentSchema } from '../../shared/contract/feed.ts';
import { tenantDocumentSchema } from '../../shared/contract/tenant.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import { problemOf, sendTo } from '../builders/wire.ts';
import type { WireAnswer, WireRequest } from '../builders/wire.ts';
import { world } from '../local/demo-world.ts';

const stack = freshStack();
const send = (line: string, request?: WireRequest): Promise<WireAnswer> => sendTo(stack(), line, request);

const [{ tenantId }, { tenantId: otherId }] = world.tenants;
const source = { kind: 'List', url: 'https://feeds.example/list.txt', type: 'DomainName' };
const feed = { displayName: 'Example', source };
const strangerId = '6f1c0000-0000-4000-8000-00000000ffff';

describe('a tenant', () => {
  test('is unknown, created with every default, and read again', async () => {
    expect(problemOf(await send(`GET /api/v1/tenants/${tenantId}`))).toMatchObject({ status: 404, code: 'not_found' });
    const created = await send(`PUT /api/v1/tenants/${tenantId}`, { json: { displayName: 'Fabrikam' } });
    expect(created.status).toBe(200);
    expect(tenantDocumentSchema.parse(created.json)).toMatchObject({
      tenantId,
      displayName: 'Fabrikam',
      status: 'Connected',
      cloud: 'Commercial',
      paused: false,
      check: { alertIngest: 'Works', indicatorSync: 'Works', responseAction: 'Works', missingRoles: [] },
      policy: {
        alerts: { mode: 'Observe', minimumSeverity: 'Low', maxPerDay: 1000, searchFor: 'PT1H', submitWithin: 'P2D' },
        actions: { mode: 'Observe', requireApproval: ['LiveResponse', 'Offboard'], maxIsolationsPerHour: 20 },
        indicators: { mode: 'Observe', reserve: 1000, allowAllowed: false, exceptions: [], feeds: {} },
        queries: { allowed: false },
      },
    });
    const got = await send(`GET /api/v1/tenants/${tenantId.toUpperCase()}`);
    expect([got.status, got.json, got.headers['etag']]).toEqual([200, created.json, created.headers['etag']]);
  });

  test('without consent is suspended', async () => {
    const answer = await send(`PUT /api/v1/tenants/${strangerId}`, { json: {} });
    expect(answer.json).toMatchObject({ tenantId: strangerId, displayName: strangerId, status: 'Suspended' });
  });

  test('is replaced as a whole: what is left out has its default again, what is read-only is ignored', async () => {
    const json = { displayName: 'Fabrikam', policy: { indicators: { reserve: 5 } } };
    await send(`PUT /api/v1/tenants/${tenantId}`, { json });
    const { json: kept } = await send(`GET /api/v1/tenants/${tenantId}`);
    expect(kept).toMatchObject({ policy: { indicators: { reserve: 5, mode: 'Observe' } } });
    expect((await send(`PUT /api/v1/tenants/${tenantId}`, { json: kept })).json).toEqual(kept);
    const answer = await send(`PUT /api/v1/tenants/${tenantId}`, { json: { displayName: 'F', status: 'Removed' } });
    expect(answer.json).toMatchObject({
      displayName: 'F',
      status: 'Connected',
      policy: { indicators: { reserve: 1000 } },
    });
  });

  test('is changed only as it was read, where If-Match says so', async () => {
    const put = (displayName: string, etag: string): Promise<WireAnswer> =>
      send(`PUT /api/v1/tenants/${tenantId}`, { json: { displayName }, headers: { 'if-match': etag } });
    const { etag = '' } = (await send(`GET /api/v1/tenants/${tenantId}`)).headers;
    const changed = await put('One', etag);
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(etag);
    expect(problemOf(await put('Two', etag))).toMatchObject({ status: 412, code: 'version_conflict' });
    expect(problemOf(await put('Two', 'unquoted'))).toMatchObject({ status: 400, code: 'invalid_header' });
    expect((await send(`GET /api/v1/tenants/${tenantId}`)).json).toEqual(changed.json);
    expect((await put('Two', '*')).json).toMatchObject({ displayName: 'Two' });
  });

  test('leaves by an operation, and can be read after it', async () => {
    await send(`PUT /api/v1/tenants/${otherId}`, { json: {} });
    const removal = await send(`DELETE /api/v1/tenants/${otherId}`);
    expect([200, 202]).toContain(removal.status);
    expect(removal.json).toMatchObject({ kind: 'TenantRemoval', tenantId: otherId });
    await stack().runTimer('syncTenants');
    expect((await send(`GET /api/v1/tenants/${otherId}`)).json).toMatchObject({ status: 'Removed' });
    expect((await send(`PUT /api/v1/tenants/${otherId}`, { json: {} })).json).toMatchObject({ status: 'Connected' });
  });
});

describe('a feed', () => {
  test('is unknown, created with every default, read, listed, and deleted', async () => {
    expect(problemOf(await send('GET /api/v1/feeds/example'))).toMatchObject({ status: 404, code: 'not_found' });
    const created = await send('PUT /api/v1/feeds/example', { json: feed });
    expect(created.status).toBe(200);
    expect(feedDocumentSchema.parse(created.json)).toEqual({
      feedId: 'example',
      ...feed,
      every: 'PT1H',
      paused: false,
      tenants: 'All',
      select: {
        types: ['DomainName', 'Url', 'IpAddress', 'FileSha256'],
        minimumSeverity: 'Informational',
        minimumConfidence: 0,
      },
      apply: {
        action: 'Audit',
        severity: 'Medium',
        expiresAfter: 'P30D',
        generateAlert: true,
        title: '{feed}: {value}',
        description: 'Reported by {feed}.',
        rules: [],
      },
      guard: { removeAfter: 'P2D', maxShrinkPercent: 20 },
      version: 0,
    });
    const got = await send('GET /api/v1/feeds/example');
    expect([got.json, got.headers['etag']]).toEqual([created.json, created.headers['etag']]);
    expect((await send('GET /api/v1/feeds')).json).toEqual({ value: [created.json] });
    const stale = { headers: { 'if-match': '"stale"' } };
    expect(problemOf(await send('DELETE /api/v1/feeds/example', stale))).toMatchObject({ code: 'version_conflict' });
    const gone = await send('DELETE /api/v1/feeds/example', { headers: { 'if-match': got.headers['etag'] ?? '' } });
    expect([gone.status, gone.body]).toEqual([204, '']);
    expect((await send('GET /api/v1/feeds/example')).status).toBe(404);
    expect((await send('DELETE /api/v1/feeds/example')).status).toBe(404);
  });

  test('is listed in pages', async () => {
    for (const feedId of ['a', 'b', 'c']) await send(`PUT /api/v1/feeds/${feedId}`, { json: feed });
    const ids: string[] = [];
    let next: string | undefined = `${stack().origin}/api/v1/feeds?limit=2`;
    for (let pages = 0; next !== undefined && pages < 3; pages += 1) {
      const page: WireAnswer = await send(`GET ${next.slice(stack().origin.length)}`);
      const { value, nextLink } = page.json as { value: readonly { feedId: string }[]; nextLink?: string };
      expect(value.length).toBeLessThanOrEqual(2);
      ids.push(...value.map(({ feedId }) => feedId));
      next = nextLink;
    }
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(problemOf(await send('GET /api/v1/feeds?limit=101'))).toMatchObject({ errors: [{ parameter: 'limit' }] });
  });
});

type Wrong = readonly [path: string, json: unknown, ...errors: { pointer: string; code: string }[]];
const tenantPath = `tenants/${tenantId}`;

test.each<Wrong>([
  [tenantPath, { surprise: 1 }, { pointer: '#/surprise', code: 'unknown_field' }],
  [tenantPath, { displayName: null }, { pointer: '#/displayName', code: 'invalid_type' }],
  [tenantPath, { paused: 'yes' }, { pointer: '#/paused', code: 'invalid_type' }],
  [tenantPath, { tenantId: otherId }, { pointer: '#/tenantId', code: 'mismatch' }],
  [tenantPath, { cloud: 'DoD' }, { pointer: '#/cloud', code: 'invalid_value' }],
  [tenantPath, { policy: { alerts: { mode: 'On' } } }, { pointer: '#/policy/alerts/mode', code: 'invalid_value' }],
  [
    tenantPath,
    { policy: { actions: { allowed: ['Isolate', 'Format'] } } },
    { pointer: '#/policy/actions/allowed/1', code: 'invalid_value' },
  ],
  [
    tenantPath,
    { policy: { a: 1, b: 2 } },
    { pointer: '#/policy/a', code: 'unknown_field' },
    { pointer: '#/policy/b', code: 'unknown_field' },
  ],
  ['feeds/wrong', {}, { pointer: '#/displayName', code: 'required' }, { pointer: '#/source', code: 'required' }],
  ['feeds/wrong', { ...feed, every: 'PT1M' }, { pointer: '#/every', code: 'invalid_value' }],
  ['feeds/wrong', { ...feed, every: 'hourly' }, { pointer: '#/every', code: 'invalid_format' }],
  ['feeds/wrong', { ...feed, feedId: 'right' }, { pointer: '#/feedId', code: 'mismatch' }],
  ['feeds/wrong', { ...feed, apply: { action: 'block' } }, { pointer: '#/apply/action', code: 'invalid_value' }],
  ['feeds/wrong', { ...feed, source: { ...source, kind: 'Rss' } }, { pointer: '#/source/kind', code: 'invalid_value' }],
  [
    'feeds/wrong',
    { ...feed, source: { ...source, url: 'https://10.0.0.5/' } },
    { pointer: '#/source/url', code: 'invalid_value' },
  ],
])('PUT %s %j is refused, each mistake with its place', async (path, json, ...errors) => {
  const problem = problemOf(await send(`PUT /api/v1/${path}`, { json }));
  expect(problem).toMatchObject({ status: 400, code: 'invalid_field' });
  expect(problem.errors).toHaveLength(errors.length);
  expect(problem.errors).toEqual(
    expect.arrayContaining(errors.map((error) => expect.objectContaining(error) as unknown)),
  );
});

testUserAgent(stack);
