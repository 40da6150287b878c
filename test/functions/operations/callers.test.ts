import { describe, expect, it } from 'vitest';
import { createCallerHandlers } from '../../../functions/operations/callers.http.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import { createHasKey } from '../../../shared/auth/caller-keys.client.ts';
import type { CallbackState } from '../../../shared/callbacks/address-state.ts';
import { callerDocumentSchema, scopeSchema } from '../../../shared/contract/caller.ts';
import { createLog } from '../../../shared/log.ts';
import { callerWorld, secretVersion } from '../../builders/callers.ts';
import { useDocumentTables } from '../../builders/documents.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { withField } from '../../builders/refusals.ts';
import { administrator, callerWith, serveAs } from '../../builders/serve.ts';
import { contoso, fabrikam } from '../../builders/work.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';

const tables = useDocumentTables();
const example = JSON.parse(contractExamples.caller) as Record<string, unknown>;
const signing = { displayName: 'SIEM', authentication: { kind: 'Signature' } };
const appId = '0a990000-0000-4000-8000-000000000001';
const application = { displayName: 'App', authentication: { kind: 'Entra', tenantId: contoso, appId } };
const url = 'https://soar.contoso.example/hooks/mde';
const lastSuccessAt = '2026-11-20T10:00:00Z';

function setUp() {
  const { documents, vault, secrets, ...world } = callerWorld(tables());
  for (const name of ['caller-soar', 'callback-soar', 'caller-siem']) secrets[name] = [secretVersion(1)];
  const state = { answers: true, isVaultDown: false, known: new Map<string, CallbackState>(), calls: [] as string[] };
  const hasKey = createHasKey({
    vault,
    now: () => world.nowMs,
    log: createLog(
      () => undefined,
      () => world.nowMs,
    ),
  });
  const options = {
    callers: documents,
    addresses: {
      readState: (callerId: string, at: string) =>
        Promise.resolve(state.known.get(`${callerId} ${at}`) ?? { status: 'Unverified' as const }),
      verify: (callerId: string, at: string) => {
        state.calls.push(`verify ${callerId} ${at}`);
        const failure = { status: 'Unverified', lastFailure: { at: lastSuccessAt, detail: 'Answer 500.' } } as const;
        state.known.set(`${callerId} ${at}`, state.answers ? { status: 'Active', lastSuccessAt } : failure);
        return Promise.resolve();
      },
      forget: (callerId: string) => {
        state.calls.push(`forget ${callerId}`);
        for (const key of [...state.known.keys()]) if (key.startsWith(`${callerId} `)) state.known.delete(key);
        return Promise.resolve();
      },
    },
    hasSecret: (name: string) => (state.isVaultDown ? Promise.reject(vaultDown()) : hasKey(name)),
    publicUrl: 'https://app.contoso.example',
    egressAllowedOrigins: ['http://127.0.0.1:7080'],
  };
  const send = (
    handler: keyof ReturnType<typeof createCallerHandlers>,
    { callerId = 'soar', ...request }: TestRequest & { readonly callerId?: string } = {},
    caller: Caller = administrator,
  ) => call(createCallerHandlers(serveAs(caller), options)[handler], { params: { callerId }, ...request });
  const put = (json: unknown, request: TestRequest & { readonly callerId?: string } = {}) =>
    send('putCaller', { method: 'PUT', json, ...request });
  const verified = (): readonly string[] => state.calls.filter((each) => each.startsWith('verify'));
  return { state, secrets, documents, send, put, verified };
}

function vaultDown(): Error {
  return Object.assign(new Error('The vault is down.'), { name: 'RestError', statusCode: 500 });
}

describe('/callers', () => {
  it('keeps the contract’s example, and shows how its callback does', async () => {
    const { put, send } = setUp();
    const written = await put(example);
    expect(written.status).toBe(200);
    expect(callerDocumentSchema.parse(written.json)).toEqual({
      ...{ callerId: 'soar', ...example },
      callback: { ...(example['callback'] as object), status: 'Active', lastSuccessAt },
    });
    const got = await send('getCaller');
    expect([got.json, got.headers.get('etag')]).toEqual([written.json, written.headers.get('etag')]);
    expect((await send('listCallers', { url: '/api/v1/callers' })).json).toEqual({ value: [written.json] });
    const again = await put(got.json);
    expect([again.json, again.headers.get('etag')]).toEqual([written.json, written.headers.get('etag')]);
  });

  it('gives nothing by default', async () => {
    const { put } = setUp();
    expect((await put(signing, { callerId: 'siem' })).json).toEqual({
      ...{ callerId: 'siem', ...signing },
      ...{ scopes: [], tenants: [], feeds: [] },
    });
  });

  it('lists in pages', async () => {
    const { put, send, secrets } = setUp();
    for (const callerId of ['a', 'b', 'c']) {
      secrets[`caller-${callerId}`] = [secretVersion(1)];
      await put(signing, { callerId });
    }
    const first = await send('listCallers', { url: '/api/v1/callers?limit=2' });
    const { value, nextLink } = first.json as {
      readonly value: readonly { callerId: string }[];
      readonly nextLink: string;
    };
    expect(value.map(({ callerId }) => callerId)).toEqual(['a', 'b']);
    const { pathname, search } = new URL(nextLink);
    expect((await send('listCallers', { url: pathname + search })).json).toMatchObject({ value: [{ callerId: 'c' }] });
    expect((await send('listCallers', { url: '/api/v1/callers?limit=x' })).status).toBe(400);
  });

  it('deletes, with what is known of its address', async () => {
    const { put, send, state } = setUp();
    const { headers } = await put(example);
    expect((await send('deleteCaller', { method: 'DELETE', headers: { 'if-match': '"other"' } })).status).toBe(412);
    const ifMatch = { 'if-match': headers.get('etag') ?? '' };
    expect(await send('deleteCaller', { method: 'DELETE', headers: ifMatch })).toMatchObject({ status: 204, text: '' });
    expect((await send('getCaller')).status).toBe(404);
    expect((await send('deleteCaller', { method: 'DELETE' })).status).toBe(404);
    expect(state.known.size).toBe(0);
  });

  it('honours If-Match', async () => {
    const { put } = setUp();
    const { headers } = await put(example);
    const changed = { ...example, displayName: 'Other' };
    expect(await put(changed, { headers: { 'if-match': '"other"' } })).toMatchObject({
      status: 412,
      json: { code: 'version_conflict' },
    });
    expect((await put(changed, { headers: { 'if-match': 'bare' } })).json).toMatchObject({ code: 'invalid_header' });
    expect((await put(changed, { headers: { 'if-match': headers.get('etag') ?? '' } })).status).toBe(200);
  });

  it.each([
    ['callerId', 'other', '#/callerId mismatch'],
    ['displayName', undefined, '#/displayName required'],
    ['scopes', ['admin'], '#/scopes/0 invalid_value'],
    ['scopes', null, '#/scopes invalid_type'],
    ['tenants', ['contoso'], '#/tenants/0 invalid_format'],
    ['feeds', ['Phishing!'], '#/feeds/0 invalid_format'],
    ['expiresAt', '2027', '#/expiresAt invalid_format'],
    ['authentication.kind', 'Password', '#/authentication/kind invalid_value'],
    ['authentication.secret', 'whsec_x', '#/authentication/secret unknown_field'],
    ['callback.url', 'ftp://soar.contoso.example', '#/callback/url invalid_format'],
    ['callback.url', 'http://soar.contoso.example/', '#/callback/url invalid_format'],
    ['callback.url', 'https://soar.contoso.example:8443/', '#/callback/url invalid_value'],
    ['callback.url', 'https://10.0.0.1/', '#/callback/url invalid_value'],
    ['callback.url', 'https://[::1]/', '#/callback/url invalid_value'],
    ['callback.events', ['callback.verify'], '#/callback/events/0 invalid_value'],
    ['color', 'red', '#/color unknown_field'],
  ])('refuses %s = %j', async (field, value, expected) => {
    const { put, documents, verified } = setUp();
    const answer = await put(withField(example, field, value));
    const { errors = [] } = answer.json as { readonly errors?: readonly { pointer: string; code: string }[] };
    expect([answer.status, errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([400, [expected]]);
    expect([await documents.get('soar'), verified()]).toEqual([undefined, []]);
  });

  it.each(['Soar', 'so.ar', 'x'.repeat(41)])('refuses the id %s', async (callerId) => {
    const { put, send } = setUp();
    expect(await put(signing, { callerId })).toMatchObject({
      status: 400,
      json: { code: 'invalid_field', errors: [{ parameter: 'callerId', code: 'invalid_format' }] },
    });
    expect((await send('getCaller', { callerId })).status).toBe(404);
  });

  it('is for administrators', async () => {
    const { put, send } = setUp();
    await put(example);
    const everything = callerWith('operations:read', { scopes: scopeSchema.options });
    for (const handler of ['listCallers', 'getCaller', 'putCaller', 'deleteCaller'] as const) {
      expect((await send(handler, {}, everything)).status).toBe(handler === 'putCaller' ? 415 : 403);
    }
    expect((await send('putCaller', { method: 'PUT', json: example }, everything)).status).toBe(403);
    expect((await send('getCaller', { callerId: 'unknown' }, everything)).status).toBe(403);
  });
});

describe('secrets', () => {
  it.each([
    ['none', []],
    ['none that is enabled', [secretVersion(1, { isEnabled: false })]],
    ['none that is a key', [secretVersion(1, { value: 'hunter2' })]],
    ['a key that is too short', [secretVersion(1, { value: `whsec_${Buffer.alloc(15).toString('base64')}` })]],
  ])('%s', async (_what, versions) => {
    const { put, secrets, documents } = setUp();
    secrets['caller-siem'] = versions;
    const answer = await put(signing, { callerId: 'siem' });
    expect(answer).toMatchObject({ status: 422, json: { code: 'secret_missing' } });
    expect(answer.text).toContain('caller-siem');
    expect(answer.text).not.toContain('hunter2');
    expect(await documents.get('siem')).toBeUndefined();
    // The vault is asked each time: whoever has added the secret need not wait.
    secrets['caller-siem'] = [secretVersion(2)];
    expect((await put(signing, { callerId: 'siem' })).status).toBe(200);
  });

  it('of its own for callbacks, for applications too', async () => {
    const { put, secrets } = setUp();
    const { callback } = example;
    const answer = await put({ ...application, callback }, { callerId: 'app' });
    expect(answer.text).toContain('callback-app');
    expect(answer.text).not.toContain('caller-app');
    secrets['callback-app'] = [secretVersion(1)];
    expect((await put({ ...application, callback }, { callerId: 'app' })).status).toBe(200);
    secrets['callback-soar'] = [];
    expect(await put(example)).toMatchObject({ status: 422, json: { code: 'secret_missing' } });
  });

  it('are not called missing while the vault cannot tell', async () => {
    const { put, state } = setUp();
    state.isVaultDown = true;
    expect(await put(example)).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
  });
});

describe('an application', () => {
  it('stands for one caller', async () => {
    const { put, send } = setUp();
    expect((await put(application, { callerId: 'app' })).status).toBe(200);
    const upper = { ...application, authentication: { kind: 'Entra', tenantId: contoso, appId: appId.toUpperCase() } };
    expect(await put(upper, { callerId: 'twin' })).toMatchObject({ status: 409, json: { code: 'caller_exists' } });
    expect((await send('getCaller', { callerId: 'twin' })).status).toBe(404);
    expect((await put({ ...application, displayName: 'Same' }, { callerId: 'app' })).status).toBe(200);
    const elsewhere = { ...application, authentication: { kind: 'Entra', tenantId: fabrikam, appId } };
    expect((await put(elsewhere, { callerId: 'elsewhere' })).status).toBe(200);
    await send('deleteCaller', { method: 'DELETE', callerId: 'app' });
    expect((await put(upper, { callerId: 'twin' })).status).toBe(200);
  });
});

describe('a callback', () => {
  const at = (to: string) => ({ ...example, callback: { url: to } });

  it('is verified when its address is new or another, and not again while it is in use', async () => {
    const { put, verified, state } = setUp();
    await put(at(url));
    await put({ ...at(url), displayName: 'Other name' });
    expect(verified()).toEqual([`verify soar ${url}`]);
    state.known.set(`soar ${url}`, { status: 'Failing', lastSuccessAt });
    await put(at(url));
    expect(verified()).toHaveLength(1);
    await put(at(`${url}/2`));
    expect(verified()).toEqual([`verify soar ${url}`, `verify soar ${url}/2`]);
  });

  it('that did not answer is kept, unverified, and asked again when it is put again', async () => {
    const { put, send, state, verified } = setUp();
    state.answers = false;
    expect(await put(at(url))).toMatchObject({
      status: 200,
      json: { callback: { status: 'Unverified', lastFailure: { detail: 'Answer 500.' } } },
    });
    state.answers = true;
    expect((await put(at(url))).json).toMatchObject({ callback: { status: 'Active' } });
    expect(verified()).toHaveLength(2);
    state.known.set(`soar ${url}`, { status: 'Disabled' });
    expect((await send('getCaller')).json).toMatchObject({ callback: { status: 'Disabled' } });
    expect((await put(at(url))).json).toMatchObject({ callback: { status: 'Active' } });
  });

  it('of a caller that is gone says nothing about the next one of that name', async () => {
    const { put, send, documents, verified } = setUp();
    await put(at(url));
    await send('deleteCaller', { method: 'DELETE' });
    await put(at(url));
    await documents.remove('soar');
    await put(at(url));
    await put({ ...signing, displayName: 'Quiet' });
    expect((await send('getCaller')).json).not.toHaveProperty('callback');
    await put(at(url));
    expect(verified()).toHaveLength(4);
  });

  it('may be anywhere that the settings allow', async () => {
    const { put } = setUp();
    expect((await put(at('http://127.0.0.1:7080/hook'))).status).toBe(200);
  });
});
