import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import type { ApiRoute } from '../../shared/contract/api/route.ts';
import { callerInputSchema, scopeSchema } from '../../shared/contract/caller.ts';
import { feedInputSchema } from '../../shared/contract/feed.ts';
import { apiRoutes } from '../../shared/contract/openapi.ts';
import { allowedMethods } from '../../shared/http/registrar.ts';
import { pathParts } from '../../shared/http/route.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { routesOfApp } from '../builders/app.ts';
import type { AppRoute } from '../builders/app.ts';
import { call } from '../builders/http.ts';
import type { TestAnswer, TestRequest } from '../builders/http.ts';
import { administrator, callerWith } from '../builders/serve.ts';
import { freshTables } from '../builders/storage.ts';
import { tenantsWith } from '../builders/tenants.ts';
import { watched } from '../builders/watched-tables.ts';
import { accepted, contoso, fabrikam, noCarry, testWork } from '../builders/work.ts';

const publicNames = ['health', 'ready', 'openapi', 'docs', 'zzUnmatched'];
const isChecked = ({ name, route }: AppRoute): boolean => route.startsWith('api/v1/') && !publicNames.includes(name);
// What the app has is known without storage: nothing is called before it is used.
const registered = routesOfApp(() => Object.create(null) as ReturnType<Tables>, administrator);
const checked = registered.filter(isChecked);
const label = ({ method, route }: AppRoute): string => `${method} ${route}`;

/** What the contract says of a route. */
function contractOf({ method, route }: AppRoute): ApiRoute | undefined {
  return apiRoutes.find(
    (each) =>
      each.method.toUpperCase() === method &&
      allowedMethods([{ methods: [method], route }], `/api/v1${each.path}`).length > 0,
  );
}

const ids = { operationId: '' };
let tables: Tables;
beforeAll(async () => {
  tables = await freshTables();
  await tenantsWith(tables, contoso, fabrikam);
  const push = feedInputSchema.parse({ displayName: 'Pushed', source: { kind: 'Push' } });
  const caller = callerInputSchema.parse({ displayName: 'SOAR', authentication: { kind: 'Signature' } });
  const newId = randomUUID;
  await createDocuments({ tables, kind: 'feed', schema: feedInputSchema, newId }).change('phishing', () => push);
  await createDocuments({ tables, kind: 'caller', schema: callerInputSchema, newId }).change('soar', () => caller);
  const { operation } = await accepted(testWork(tables, noCarry).work, { kind: 'Action', isLeftToTimer: true });
  ids.operationId = operation.id;
});

/** Everything a route asks for before it looks at its body, which is broken: nothing is ever done. */
function requestTo({ method, route }: AppRoute, params: TestRequest['params']): TestRequest {
  const hasBody = method === 'POST' || method === 'PUT';
  return {
    method,
    url: `/${route}`,
    params: { operationId: ids.operationId, feedId: 'phishing', callerId: 'soar', tenantId: contoso, ...params },
    headers: {
      ...{ 'idempotency-key': 'key-1', 'if-match': '"other"' },
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    },
    ...(hasBody ? { body: '{' } : {}),
  };
}

function send(route: AppRoute, caller: Caller, params: TestRequest['params'] = {}, over = tables): Promise<TestAnswer> {
  const same = routesOfApp(over, caller).find((each) => label(each) === label(route));
  if (same === undefined) throw new Error(`No ${label(route)}.`);
  return call(same.handler, requestTo(route, params));
}

const everything = callerWith('operations:read', { scopes: scopeSchema.options });

describe('every route', () => {
  it('has no parts in its path but those that are looked for', () => {
    const parts = checked.flatMap(({ route }) => [...route.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => part));
    expect(new Set(parts)).toEqual(new Set<string>(pathParts));
  });

  it('is one of the contract', () => {
    expect(checked.length).toBeGreaterThan(20);
    expect(checked.filter((route) => contractOf(route) === undefined).map(label)).toEqual([]);
  });

  it.each(
    checked.filter(({ route }) => /\{(?:tenantId|feedId)\}/.test(route)).map((route) => [label(route), route] as const),
  )('%s: of a foreign tenant or feed there is nothing, and nothing is read to say so', async (_label, route) => {
    const { tables: over, calls } = watched(tables);
    const caller = { ...everything, tenants: [contoso], feeds: ['mine'] };
    const answer = await send(route, caller, { tenantId: fabrikam }, over);
    expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(calls).toEqual([]);
  });

  it.each(checked.map((route) => [label(route), route] as const))(
    '%s: takes its scope, and no other',
    async (_label, route) => {
      const needed = contractOf(route)?.scope === 'Started' ? 'actions:write' : contractOf(route)?.scope;
      for (const scope of scopeSchema.options) {
        const answer = await send(route, callerWith(scope));
        if (scope === needed) expect([401, 403, 404]).not.toContain(answer.status);
        else expect([scope, answer.status, answer.json]).toMatchObject([scope, 403, { code: 'scope_missing' }]);
      }
      expect((await send(route, callerWith('operations:read', { scopes: [] }))).status).toBe(403);
      expect([401, 403, 404]).not.toContain((await send(route, administrator)).status);
    },
  );

  it.each(checked.filter(({ method }) => method === 'PUT').map((route) => [label(route), route] as const))(
    '%s: that the name is none is told to whoever may write',
    async (_label, route) => {
      const isNone = { tenantId: 'NONE!', feedId: 'NONE!', callerId: 'NONE!' };
      expect(await send(route, everything, isNone)).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
      expect(await send(route, administrator, isNone)).toMatchObject({ status: 400 });
    },
  );
});
