import { InvocationContext } from '@azure/functions';
import type { Timer } from '@azure/functions';
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createCheckTenant } from '../../../functions/tenant-onboarding/check-tenant.client.ts';
import { createCheckTenants } from '../../../functions/tenant-onboarding/check-tenants.timer.ts';
import { createTenantHandlers } from '../../../functions/tenant-onboarding/tenants.http.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { tenantDocumentSchema } from '../../../shared/contract/tenant.ts';
import { askedRoles } from '../../../shared/defender/roles.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import { createLog } from '../../../shared/log.ts';
import { createDocuments } from '../../../shared/registry/documents.store.ts';
import type { NewOperation } from '../../../shared/work/new-operation.ts';
import { tenantRecordSchema, toRemoved } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { useDocumentTables } from '../../builders/documents.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { administrator, callerWith, serveAs } from '../../builders/serve.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const otherId = '6f1c0000-0000-4000-8000-00000000a002';
const startMs = Date.parse('2026-11-20T10:00:00Z');

const tables = useDocumentTables();

type GetToken = (tenantId: string, scope: string) => Promise<string>;
const granted: GetToken = (tid) =>
  Promise.resolve(new UnsecuredJWT({ tid, roles: [...askedRoles.mde, ...askedRoles.graph] }).encode());
const withdrawn: GetToken = (id) => Promise.reject(new TenantSuspended(id, 'consent_withdrawn'));

/** The scenario over tables of its own; what Entra says can be changed at any time. */
function setUp(options: { caller?: Caller; authorityHost?: string } = {}) {
  const entra = { getToken: granted, forgotten: 0, scopes: new Set<string>() };
  const removals: NewOperation[] = [];
  const resumed: string[] = [];
  const resume = (id: string) => Promise.resolve(void resumed.push(id));
  const told: CallbackEvent[] = [];
  const tell = (event: CallbackEvent) => Promise.resolve(void told.push(event));
  const lines: string[] = [];
  let ids = 0;
  let nowMs = startMs;
  const newId = () => `id${(ids += 1)}`;
  const tenants = createDocuments<TenantRecord>({
    tables: tables(),
    kind: 'tenant',
    schema: tenantRecordSchema,
    newId,
  });
  const log = createLog(
    (line) => lines.push(line),
    () => nowMs,
  );
  const checkTenant = createCheckTenant({
    tenants,
    credentials: {
      getToken: (id, scope) => {
        entra.scopes.add(scope);
        return entra.getToken(id, scope);
      },
      forget: () => (entra.forgotten += 1),
    },
    endpoints: {
      defender: { apiUrl: 'https://api.example', tokenScope: 'defender/.default' },
      graph: { apiUrl: 'https://graph.example', tokenScope: 'graph/.default' },
    },
    resume,
    tell,
    now: () => nowMs,
    log,
  });
  const handlers = createTenantHandlers(serveAs(options.caller ?? administrator), {
    tenants,
    checkTenant,
    acceptOperation: (removal) => {
      removals.push(removal);
      return Promise.resolve({ status: 202, body: { id: 'op' } });
    },
    resume,
    newId,
    publicUrl: 'https://app.contoso.example',
    authorityHost: options.authorityHost ?? 'https://login.microsoftonline.com',
  });
  const send = (handler: keyof typeof handlers, request: TestRequest = {}) =>
    call(handlers[handler], { params: { tenantId }, ...request });
  const put = (json: unknown = {}, request: TestRequest = {}) => send('putTenant', { method: 'PUT', json, ...request });
  const timer = createCheckTenants({ tenants, checkTenant, log });
  const tick = async () => {
    await timer({} as Timer, new InvocationContext({ functionName: 'checkTenants', logHandler: () => undefined }));
  };
  return { entra, removals, resumed, told, lines, tenants, send, put, tick, pass: (ms: number) => (nowMs += ms) };
}

describe('PUT /tenants/{tenantId}', () => {
  it('creates an unknown tenant and checks it at once', async () => {
    const { put, send, entra, resumed } = setUp();
    const answer = await put({ displayName: 'Fabrikam' });
    expect(answer.status).toBe(200);
    expect(tenantDocumentSchema.parse(answer.json)).toMatchObject({
      tenantId,
      displayName: 'Fabrikam',
      status: 'Connected',
      connectedAt: '2026-11-20T10:00:00Z',
      cloud: 'Commercial',
      paused: false,
      check: { checkedAt: '2026-11-20T10:00:00Z', alertIngest: 'Works', missingRoles: [] },
      policy: { indicators: { mode: 'Observe', reserve: 1000 } },
    });
    expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect([...entra.scopes]).toEqual(['defender/.default', 'graph/.default']);
    expect(resumed).toEqual([tenantId]);
    const got = await send('getTenant');
    expect([got.json, got.headers.get('etag')]).toEqual([answer.json, answer.headers.get('etag')]);
  });

  it('leaves it suspended without consent, with its id for a name', async () => {
    const { put, entra } = setUp();
    entra.getToken = withdrawn;
    const answer = await put();
    expect(answer.json).toMatchObject({
      status: 'Suspended',
      displayName: tenantId,
      check: { indicatorSync: 'RoleMissing' },
    });
    expect(answer.json).not.toHaveProperty('connectedAt');
  });

  it('creates it even when Entra does not answer', async () => {
    const { put, entra } = setUp();
    entra.getToken = () => Promise.reject(new UpstreamUnavailable('down', { retryAfterMs: 1 }));
    expect((await put()).json).toMatchObject({
      status: 'Suspended',
      check: { indicatorSync: 'Failing', missingRoles: [] },
    });
  });

  it('takes back what it gave, changes nothing when repeated, and replaces the rest whole', async () => {
    const { put, resumed } = setUp();
    const first = await put({ displayName: 'Fabrikam', policy: { indicators: { mode: 'Live' } } });
    const again = await put(first.json);
    expect([again.json, again.headers.get('etag')]).toEqual([first.json, first.headers.get('etag')]);
    const paused = await put({ displayName: 'Fabrikam', paused: true });
    expect(paused.json).toMatchObject({ status: 'Paused', paused: true, policy: { indicators: { mode: 'Observe' } } });
    expect(resumed).toHaveLength(2);
    expect((await put({ displayName: 'Fabrikam' })).json).toMatchObject({ status: 'Connected' });
    expect(resumed).toHaveLength(3);
  });

  it('honours If-Match', async () => {
    const { put } = setUp();
    const etag = (await put({ displayName: 'A' })).headers.get('etag') ?? '';
    expect((await put({ displayName: 'B' }, { headers: { 'if-match': etag } })).status).toBe(200);
    expect(await put({ displayName: 'C' }, { headers: { 'if-match': etag } })).toMatchObject({
      status: 412,
      json: { code: 'version_conflict' },
    });
    expect(await put({}, { headers: { 'if-match': 'no quotes' } })).toMatchObject({
      status: 400,
      json: { code: 'invalid_header', errors: [{ parameter: 'If-Match' }] },
    });
    expect((await put({}, { headers: { 'if-match': '*' }, params: { tenantId: otherId } })).status).toBe(412);
  });

  it.each([
    [{ tenantId: otherId }, { pointer: '#/tenantId', code: 'mismatch' }],
    [{ surprise: 1 }, { pointer: '#/surprise', code: 'unknown_field' }],
    [{ policy: { indicators: { mode: 'live' } } }, { pointer: '#/policy/indicators/mode', code: 'invalid_value' }],
    [{ cloud: 'GccHigh' }, { pointer: '#/cloud', code: 'invalid_value' }],
    [
      { cloud: 'Gcc', region: 'eu' },
      { pointer: '#/region', code: 'mismatch' },
    ],
    [{ displayName: null }, { pointer: '#/displayName', code: 'invalid_type' }],
  ])('refuses %j', async (body, error) => {
    const { put, tenants } = setUp();
    expect(await put(body)).toMatchObject({ status: 400, json: { code: 'invalid_field', errors: [error] } });
    expect(await tenants.listAll()).toEqual([]);
  });

  it('refuses a path that is no tenant', async () => {
    const { put } = setUp();
    expect(await put({}, { params: { tenantId: 'contoso.example' } })).toMatchObject({
      status: 400,
      json: { errors: [{ parameter: 'tenantId', code: 'invalid_format' }] },
    });
  });

  it('takes the clouds of its own sign-in host only', async () => {
    const { put } = setUp({ authorityHost: 'https://login.microsoftonline.us' });
    expect((await put({ cloud: 'DoD' })).status).toBe(200);
    expect((await put({ cloud: 'Commercial' })).status).toBe(400);
  });

  it('is the administrator’s alone', async () => {
    const own = setUp({ caller: callerWith('actions:write') });
    expect((await own.put()).status).toBe(403);
    const foreign = setUp({ caller: callerWith('actions:write', { tenants: [otherId] }) });
    expect((await foreign.put()).status).toBe(404);
    expect((await foreign.send('listTenants')).status).toBe(403);
  });
});

describe('GET /tenants', () => {
  it('lists pages, linked by the public address', async () => {
    const { put, send } = setUp();
    await put({}, { params: { tenantId: otherId } });
    await put();
    const first = await send('listTenants', { url: '/api/v1/tenants?limit=1&colour=blue' });
    const { value, nextLink } = first.json as { value: { tenantId: string }[]; nextLink: string };
    expect(value.map((each) => each.tenantId)).toEqual([tenantId]);
    expect(nextLink).toMatch(/^https:\/\/app\.contoso\.example\/api\/v1\/tenants\?limit=1&colour=blue&cursor=\w+$/);
    const second = await send('listTenants', { url: nextLink.slice('https://app.contoso.example'.length) });
    expect(second.json).toMatchObject({ value: [{ tenantId: otherId }] });
    expect(second.json).not.toHaveProperty('nextLink');
  });

  it.each([
    ['limit=0', 'limit', 'invalid_value'],
    ['limit=101', 'limit', 'invalid_value'],
    ['limit=ten', 'limit', 'invalid_type'],
    ['cursor=', 'cursor', 'invalid_value'],
    ['cursor=!!', 'cursor', 'invalid_value'],
  ])('refuses ?%s', async (query, parameter, code) => {
    const { send } = setUp();
    expect(await send('listTenants', { url: `/api/v1/tenants?${query}` })).toMatchObject({
      status: 400,
      json: { code: 'invalid_field', errors: [{ parameter, code }] },
    });
  });

  it('knows no tenant that nobody created', async () => {
    const { send } = setUp();
    for (const handler of ['getTenant', 'deleteTenant', 'checkTenant'] as const) {
      expect((await send(handler, { method: handler === 'getTenant' ? 'GET' : 'POST' })).status).toBe(404);
    }
  });
});

describe('the check', () => {
  it('suspends on withdrawal and connects on return, asking anew each time', async () => {
    const { told, put, send, entra, pass, lines } = setUp();
    await put();
    entra.getToken = withdrawn;
    pass(60_000);
    expect((await send('checkTenant', { method: 'POST' })).json).toMatchObject({
      status: 'Suspended',
      connectedAt: '2026-11-20T10:00:00Z',
      check: { checkedAt: '2026-11-20T10:01:00Z' },
    });
    entra.getToken = granted;
    expect((await send('checkTenant', { method: 'POST', json: {} })).json).toMatchObject({ status: 'Connected' });
    expect(entra.forgotten).toBe(3);
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events.filter((event) => event !== 'tenant.checked')).toEqual([
      'tenant.connected',
      'tenant.suspended',
      'tenant.connected',
    ]);
    expect(told).toMatchObject([
      { type: 'tenant.connected', tenantId },
      { type: 'tenant.suspended', tenantId, data: { code: 'consent_withdrawn' } },
      { type: 'tenant.connected', tenantId },
    ]);
  });

  it('believes no token of another tenant, nor one it cannot read', async () => {
    const { put, entra } = setUp();
    entra.getToken = (_id, scope) =>
      scope.startsWith('defender') ? granted(otherId, scope) : Promise.resolve('opaque');
    expect((await put()).json).toMatchObject({
      status: 'Suspended',
      check: { alertIngest: 'Failing', indicatorSync: 'Failing' },
    });
  });

  it('comes daily for every tenant, whatever happens to one', async () => {
    const { put, tick, entra, tenants, lines } = setUp();
    await put();
    await put({}, { params: { tenantId: otherId } });
    entra.getToken = (id, scope) => (id === tenantId ? Promise.reject(new Error('a bug')) : withdrawn(id, scope));
    await tick();
    expect((await tenants.get(tenantId))?.document.connection).toBe('Connected');
    expect((await tenants.get(otherId))?.document.connection).toBe('Suspended');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'tenants.checked', checked: 1, failed: 1 });
  });
});

describe('DELETE /tenants/{tenantId}', () => {
  it('begins one removal, however often it is asked for', async () => {
    const { put, send, removals, tenants } = setUp();
    await put();
    expect(await send('deleteTenant', { method: 'DELETE' })).toMatchObject({ status: 202, json: { id: 'op' } });
    expect((await send('getTenant')).json).toMatchObject({ status: 'Removing' });
    await send('deleteTenant', { method: 'DELETE' });
    expect(removals).toHaveLength(2);
    expect(removals[0]).toEqual(removals[1]);
    expect(removals[0]).toMatchObject({ tenantId, kind: 'TenantRemoval', callerId: administrator.callerId });
    expect(await put({ displayName: 'Back' })).toMatchObject({ status: 409, json: { code: 'tenant_removing' } });
    expect((await send('checkTenant', { method: 'POST' })).json).toMatchObject({ status: 'Removing' });

    await tenants.change(tenantId, (current) => toRemoved(current as TenantRecord));
    expect((await send('getTenant')).json).toMatchObject({ status: 'Removed' });
    expect((await put({ displayName: 'Back' })).json).toMatchObject({ status: 'Connected', displayName: 'Back' });
    await send('deleteTenant', { method: 'DELETE' });
    expect(removals[2]?.dedupeKey).not.toBe(removals[0]?.dedupeKey);
  });

  it('honours If-Match', async () => {
    const { put, send, removals } = setUp();
    await put();
    expect((await send('deleteTenant', { method: 'DELETE', headers: { 'if-match': '"other"' } })).status).toBe(412);
    expect(removals).toEqual([]);
  });
});
