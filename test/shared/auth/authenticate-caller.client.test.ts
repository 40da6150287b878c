import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpHandler } from '@azure/functions';
import { z } from 'zod';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import { problemSchema } from '../../../shared/contract/problem.ts';
import { callerWorld, secretVersion, signedHeaders, worldNowMs } from '../../builders/callers.ts';
import type { CallerWorld } from '../../builders/callers.ts';
import { useDocumentTables } from '../../builders/documents.ts';
import { clientId, home, objectId, signingKey, startEntra } from '../../builders/entra.ts';
import type { SigningKey } from '../../builders/entra.ts';
import { call } from '../../builders/http.ts';
import type { TestAnswer, TestRequest } from '../../builders/http.ts';
import { contoso, fabrikam } from '../../builders/work.ts';
import { watched } from '../../builders/watched-tables.ts';

const tables = useDocumentTables();
let key: SigningKey;
beforeAll(async () => {
  key = await signingKey('k1');
});

const second = 1_000;
const minute = 60 * second;
const appId = '0a990000-0000-4000-8000-000000000001';
const body = '{"a":1}';
const signing = { authentication: { kind: 'Signature' }, scopes: ['alerts:write'], tenants: [contoso] };
const application = {
  authentication: { kind: 'Entra', tenantId: contoso, appId },
  scopes: ['alerts:write'],
  tenants: 'All',
};

/** A webhook and a route that is none; `seen` gets the callers that came through. */
function routesOf(world: CallerWorld): {
  readonly webhook: HttpHandler;
  readonly plain: HttpHandler;
  readonly seen: Caller[];
} {
  const seen: Caller[] = [];
  const route = {
    scope: 'alerts:write' as const,
    of: 'Tenant' as const,
    find: () => Promise.resolve(true),
    body: { schema: z.unknown() },
    handle: ({ caller }: { readonly caller: Caller }) => {
      seen.push(caller);
      return Promise.resolve({ status: 200, body: {} });
    },
  };
  return { webhook: world.serve({ ...route, acceptsSignature: true }), plain: world.serve(route), seen };
}

async function signingWorld() {
  const world = callerWorld(tables());
  world.secrets['caller-soar'] = [secretVersion(1)];
  await world.register('soar', signing);
  const routes = routesOf(world);
  const send = (change: TestRequest = {}, handler = routes.webhook): Promise<TestAnswer> =>
    call(handler, {
      method: 'POST',
      url: `/api/v1/tenants/${contoso}/alerts?caller=soar`,
      params: { tenantId: contoso },
      body,
      ...change,
      headers: {
        'content-type': 'application/json',
        ...(change.headers ?? signedHeaders(body, { nowMs: world.nowMs })),
      },
    });
  return { world, send, ...routes };
}

describe('signatures', () => {
  it('tell a caller by the hint and its key', async () => {
    const { send, seen } = await signingWorld();
    expect((await send()).status).toBe(200);
    expect(seen).toEqual([
      { callerId: 'soar', scopes: ['alerts:write'], tenants: [contoso], feeds: [], isAdmin: false, via: 'Signature' },
    ]);
  });

  it('count on webhooks only', async () => {
    const { send, plain, world } = await signingWorld();
    expect((await send({}, plain)).status).toBe(401);
    expect(world.asked).toEqual([]);
  });

  const good = signedHeaders(body);
  const changed = (change: Partial<typeof good>): TestRequest => ({ headers: { ...good, ...change } });
  const without = (name: keyof typeof good): TestRequest => {
    const { [name]: _gone, ...rest } = good;
    return { headers: rest };
  };
  const path = `/api/v1/tenants/${contoso}/alerts`;
  const at = (offset: number): TestRequest => ({ headers: signedHeaders(body, { nowMs: worldNowMs + offset }) });
  const mac = good['webhook-signature'].slice(3);

  const negative: readonly (readonly [string, TestRequest])[] = [
    ['no credential at all', { headers: {} }],
    ['no id', without('webhook-id')],
    ['no time', without('webhook-timestamp')],
    ['no signature', without('webhook-signature')],
    ['another body', { body: '{"a":2}' }],
    ['the same JSON in other bytes', { body: '{ "a":1}' }],
    ['a byte order mark that was not signed', { body: '\uFEFF{"a":1}' }],
    ['a NUL after the body', { body: '{"a":1}\u0000' }],
    ['invalid UTF-8 that decodes to the signed text', { body: Buffer.from([0xff]), headers: signedHeaders('\uFFFD') }],
    ['another id', changed({ 'webhook-id': 'msg_2' })],
    ['a dot in the id', { headers: signedHeaders(body, { id: 'msg.1' }) }],
    ['two ids in one header', changed({ 'webhook-id': 'msg_1, msg_1' })],
    ['an id that is too long', { headers: signedHeaders(body, { id: 'm'.repeat(257) }) }],
    ['another time', changed({ 'webhook-timestamp': String(worldNowMs / 1000 + 1) })],
    ['junk after the time', { headers: signedHeaders(body, { timestamp: `${worldNowMs / 1000}junk` }) }],
    ['a fraction of a second', { headers: signedHeaders(body, { timestamp: `${worldNowMs / 1000}.0` }) }],
    ['milliseconds for seconds', { headers: signedHeaders(body, { timestamp: String(worldNowMs) }) }],
    ['301 s old', at(-301 * second)],
    ['301 s ahead', at(301 * second)],
    ['another key', { headers: signedHeaders(body, { fill: 9 }) }],
    ['scheme v2 alone', changed({ 'webhook-signature': `v2,${mac}` })],
    ['scheme v1a alone', changed({ 'webhook-signature': `v1a,${mac}` })],
    ['no scheme', changed({ 'webhook-signature': mac })],
    ['a signature that was cut', changed({ 'webhook-signature': `v1,${mac.slice(0, -4)}` })],
    ['base64url', changed({ 'webhook-signature': `v1,${Buffer.from(mac, 'base64').toString('base64url')}` })],
    ['hex', changed({ 'webhook-signature': `v1,${Buffer.from(mac, 'base64').toString('hex')}` })],
    ['nine signatures', changed({ 'webhook-signature': Array(9).fill(`v1,${mac}`).join(' ') })],
    ['the signature of another request', changed({ 'webhook-signature': signedHeaders('{}')['webhook-signature'] })],
    ['no hint', { url: path }],
    ['an empty hint', { url: `${path}?caller=` }],
    ['a hint given twice', { url: `${path}?caller=soar&caller=soar` }],
    ['an unknown caller', { url: `${path}?caller=nobody` }],
    ['a hint that is no id', { url: `${path}?caller=../soar` }],
    ['a caller that signs nothing', { url: `${path}?caller=app` }],
    ['a caller that has expired', { url: `${path}?caller=old` }],
    ['a caller without a secret', { url: `${path}?caller=poor` }],
    ['a token that is none beside a good signature', { headers: { ...good, authorization: 'Bearer junk' } }],
    ['another kind of credential', { headers: { authorization: 'Basic YTpi' } }],
  ];

  it.each(negative)('refused: %s', async (_what, change) => {
    const { world, send, seen } = await signingWorld();
    await world.register('app', application);
    await world.register('old', { ...signing, expiresAt: '2026-11-20T10:00:00Z' });
    await world.register('poor', signing);
    world.secrets['caller-old'] = [secretVersion(1)];
    const stranger = await send({ headers: {} });
    const answer = await send(change);
    expect(answer.status).toBe(401);
    expect(seen).toEqual([]);
    const { traceId, ...problem } = problemSchema.parse(answer.json);
    expect({ ...problem, traceId: '' }).toEqual({ ...problemSchema.parse(stranger.json), traceId: '' });
    const headersOf = (each: TestAnswer) => ({ ...Object.fromEntries(each.headers), 'request-id': '' });
    expect(headersOf(answer)).toEqual(headersOf(stranger));
    expect(answer.headers.get('request-id')).toBe(traceId);
  });

  it('name their reason to the log, and nobody else', async () => {
    const { world, send } = await signingWorld();
    await send(at(-301 * second));
    expect(world.lines.join()).toContain('"reason":"timestamp_too_old"');
    expect(world.lines.join()).not.toContain(mac);
  });

  it('that cannot be any cost no read', async () => {
    const { tables: counted, calls } = watched(tables());
    const world = callerWorld(counted);
    const { webhook } = routesOf(world);
    const request = { method: 'POST', params: { tenantId: contoso }, body };
    const junk = [{}, { ...good, 'webhook-id': 'a.b' }, { ...good, 'webhook-signature': 'v1,junk' }];
    for (const headers of junk) {
      const typed = { 'content-type': 'application/json', ...headers };
      expect((await call(webhook, { ...request, url: '/?caller=soar', headers: typed })).status).toBe(401);
    }
    expect([calls, world.asked]).toEqual([[], []]);
  });

  it('are not called wrong while the vault cannot tell', async () => {
    const { world, send } = await signingWorld();
    world.isVaultDown = true;
    const answer = await send();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });
});

describe('rotation and revocation', () => {
  it('takes a new version at once, beside the old one, for the newest three', async () => {
    const { world, send } = await signingWorld();
    const sendWith = async (fill: number) =>
      (await send({ headers: signedHeaders(body, { fill, nowMs: world.nowMs }) })).status;
    expect(await sendWith(1)).toBe(200);
    world.nowMs += 61 * second;
    world.secrets['caller-soar'] = [secretVersion(1), secretVersion(2)];
    expect(await sendWith(2)).toBe(200);
    expect(await sendWith(1)).toBe(200);
    world.nowMs += 61 * second;
    world.secrets['caller-soar'] = [1, 2, 3, 4].map((fill) => secretVersion(fill));
    expect(await sendWith(4)).toBe(200);
    expect([await sendWith(1), await sendWith(2), await sendWith(3)]).toEqual([401, 200, 200]);
  });

  it('reads the keys again for a failed signature once a minute, however many fail', async () => {
    const { world, send } = await signingWorld();
    const forged = { headers: signedHeaders(body, { fill: 9 }) };
    await send();
    const before = world.asked.length;
    for (let i = 0; i < 5; i += 1) await send(forged);
    expect(world.asked.length - before).toBe(1);
    world.nowMs += 59 * second;
    await send({ headers: signedHeaders(body, { fill: 9, nowMs: world.nowMs }) });
    expect(world.asked.length - before).toBe(1);
    world.nowMs += second;
    await send({ headers: signedHeaders(body, { fill: 9, nowMs: world.nowMs }) });
    expect(world.asked.length - before).toBe(2);
  });

  it('is rid of a version that was disabled within five minutes', async () => {
    const { world, send } = await signingWorld();
    expect((await send()).status).toBe(200);
    world.secrets['caller-soar'] = [secretVersion(1, { isEnabled: false }), secretVersion(2)];
    for (let i = 0; i < 5; i += 1) {
      world.nowMs += minute;
      await send({ headers: signedHeaders(body, { fill: 2, nowMs: world.nowMs }) });
    }
    expect((await send({ headers: signedHeaders(body, { fill: 1, nowMs: world.nowMs }) })).status).toBe(401);
    expect((await send({ headers: signedHeaders(body, { fill: 2, nowMs: world.nowMs }) })).status).toBe(200);
  });

  it('is rid of it in that time although nobody called and the vault is out', async () => {
    const { world, send } = await signingWorld();
    await send();
    world.isVaultDown = true;
    world.nowMs += 4 * minute + 59 * second;
    expect((await send()).status).toBe(200);
    world.nowMs += second;
    expect((await send()).status).toBe(503);
  });

  it('counts what became of the document at once', async () => {
    const { world, send } = await signingWorld();
    expect((await send()).status).toBe(200);
    await world.register('soar', { ...signing, scopes: [] });
    expect((await send()).status).toBe(403);
    await world.register('soar', { ...signing, tenants: [] });
    expect((await send()).status).toBe(404);
    await world.documents.remove('soar');
    expect((await send()).status).toBe(401);
  });
});

describe('tokens', () => {
  async function tokenWorld(nowMs = worldNowMs) {
    const { tables: counted, calls } = watched(tables());
    const entra = await startEntra({ key, nowMs });
    const world = callerWorld(counted, entra.verify);
    await world.register('app', application);
    const routes = routesOf(world);
    calls.length = 0;
    const send = async (token: string, handler = routes.plain, tenantId = contoso): Promise<TestAnswer> =>
      call(handler, {
        method: 'POST',
        params: { tenantId },
        body,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
    const tokenOf = (change: object = {}) => entra.signIn(contoso, { azp: appId, roles: ['alerts:write'], ...change });
    return { world, calls, send, tokenOf, entra, ...routes };
  }

  it('of the application tell the caller, on every route; its scopes are those that both name', async () => {
    const { send, tokenOf, seen, webhook } = await tokenWorld();
    const both = await tokenOf({ roles: ['alerts:write', 'actions:write'] });
    expect([(await send(both)).status, (await send(both, webhook)).status]).toEqual([200, 200]);
    expect(seen[0]).toEqual({
      ...{ callerId: 'app', scopes: ['alerts:write'], tenants: 'All', feeds: [] },
      ...{ isAdmin: false, via: 'Entra' },
    });
    expect((await send(await tokenOf({ roles: ['actions:write'] }))).status).toBe(403);
    expect((await send(await tokenOf({ roles: undefined }))).status).toBe(403);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['of another tenant', { tid: fabrikam }],
    ['of another application', { azp: '0a990000-0000-4000-8000-000000000002' }],
    ['of no application', { azp: undefined }],
    ['of a person', { scp: 'user_impersonation' }],
    ['of an administrator elsewhere', { azp: undefined, roles: ['admin'] }],
  ])('%s are refused', async (_what, change) => {
    const { send, tokenOf, entra, seen } = await tokenWorld();
    const issuer = 'tid' in change ? { iss: `${entra.host.url}/${fabrikam}/v2.0` } : {};
    expect((await send(await tokenOf({ ...change, ...issuer }))).status).toBe(401);
    expect(seen).toEqual([]);
  });

  it('of an administrator need no document, of a person or an application', async () => {
    const { send, entra, calls, seen } = await tokenWorld();
    expect((await send(await entra.sign({ scp: 'user_impersonation' }))).status).toBe(200);
    expect((await send(await entra.sign({ oid: undefined }))).status).toBe(200);
    expect(seen.map(({ callerId }) => callerId)).toEqual([objectId, clientId]);
    expect(calls).toEqual([]);
  });

  it('of the home tenant without the role are an application’s like any other', async () => {
    const { world, send, entra } = await tokenWorld();
    const token = await entra.sign({ azp: appId, roles: ['alerts:write'] });
    expect((await send(token)).status).toBe(401);
    await world.register('inner', { ...application, authentication: { kind: 'Entra', tenantId: home, appId } });
    world.nowMs += 5 * second;
    expect((await send(token)).status).toBe(200);
  });

  it('of an expired caller are refused from that second on', async () => {
    const { world, send, tokenOf } = await tokenWorld();
    await world.register('app', { ...application, expiresAt: '2026-11-20T10:00:01Z' });
    expect((await send(await tokenOf())).status).toBe(200);
    world.nowMs += second;
    expect((await send(await tokenOf())).status).toBe(401);
  });

  it('count what became of the document at once, and find another one within seconds', async () => {
    const { world, send, tokenOf } = await tokenWorld();
    const token = await tokenOf();
    expect((await send(token)).status).toBe(200);
    await world.register('app', { ...application, scopes: [] });
    expect((await send(token)).status).toBe(403);
    await world.register('app', { ...application, authentication: { kind: 'Signature' } });
    expect((await send(token)).status).toBe(401);
    await world.register('other', application);
    world.nowMs += 60 * second;
    expect((await send(token)).status).toBe(200);
    await world.documents.remove('other');
    expect((await send(token)).status).toBe(401);
  });

  it('of an application that stands in two documents are refused: nobody knows whose scopes count', async () => {
    const { world, send, tokenOf } = await tokenWorld();
    await world.register('twin', { ...application, scopes: [] });
    expect((await send(await tokenOf())).status).toBe(401);
    expect(world.lines.join()).toContain('application_in_two_documents');
  });

  it('of strangers make the list be read every five seconds, not oftener; of callers, once a minute', async () => {
    const { world, send, tokenOf, calls } = await tokenWorld();
    const lists = (): number => calls.filter(({ method }) => method === 'listEntities').length;
    const stranger = await tokenOf({ azp: '0a990000-0000-4000-8000-000000000002' });
    for (let i = 0; i < 4; i += 1) await send(stranger);
    expect(lists()).toBe(1);
    world.nowMs += 5 * second;
    await send(stranger);
    expect(lists()).toBe(2);
    for (let i = 0; i < 3; i += 1) await send(await tokenOf());
    world.nowMs += 59 * second;
    await send(await tokenOf());
    expect(lists()).toBe(2);
    world.nowMs += second;
    await send(await tokenOf());
    expect(lists()).toBe(3);
  });

  it('find a foreign tenant to be none of theirs without a read outside of callers', async () => {
    const { world, send, tokenOf, calls, seen } = await tokenWorld();
    await world.register('app', { ...application, tenants: [contoso] });
    calls.length = 0;
    const answer = await send(await tokenOf(), undefined, fabrikam);
    expect([answer.status, problemSchema.parse(answer.json).code]).toEqual([404, 'not_found']);
    expect(seen).toEqual([]);
    expect(calls.map(({ table, partition }) => `${table} ${partition}`)).toEqual([
      'documents caller',
      'documents caller',
    ]);
  });
});
