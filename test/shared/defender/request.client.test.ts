import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TenantSuspended, UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import { createDefender } from '../../../shared/defender/request.client.ts';
import type { DefenderOptions } from '../../../shared/defender/request.client.ts';
import type { DefenderCall } from '../../../shared/defender/call.ts';
import type { DefenderTenant } from '../../../shared/defender/hosts.ts';
import { sendJson, startHttpServer } from '../../builders/http-server.ts';
import type { SeenRequest } from '../../builders/http-server.ts';

const start = 1_760_000_000_000;
const tenant: DefenderTenant = { tenantId: '6f1c0000-0000-4000-8000-00000000a001', cloud: 'Commercial' };
const userAgent = 'MdePartner-Contoso-Cognito/1.0.0';
const itemSchema = z.object({ id: z.string() });

/** A client against a server of the test, with everything it did to tokens, budgets and time. */
function clientOf(url: string, more: Partial<DefenderOptions> = {}) {
  const seen = {
    tokens: 0,
    scopes: [] as string[],
    forgotten: 0,
    taken: [] as string[],
    blocked: [] as unknown[],
    slept: [] as number[],
  };
  const defender = createDefender({
    endpoints: {
      defender: { apiUrl: url, tokenScope: 'https://defender.example.test/.default' },
      graph: { apiUrl: url, tokenScope: 'https://graph.example.test/.default' },
    },
    userAgent,
    credentials: {
      getToken: (_tenantId, scope) => {
        seen.scopes.push(scope);
        return Promise.resolve(`token-${seen.tokens}`);
      },
      forget: () => {
        seen.forgotten += 1;
        seen.tokens += 1;
      },
    },
    budgets: {
      take: (_tenantId, api) => {
        seen.taken.push(api);
        return Promise.resolve({ granted: true });
      },
      block: (...args) => {
        seen.blocked.push(args);
        return Promise.resolve();
      },
    },
    now: () => start,
    random: () => 0.5,
    sleep: (ms) => {
      seen.slept.push(ms);
      return Promise.resolve();
    },
    ...more,
  });
  return { defender, seen };
}

const read: DefenderCall<{ id: string }> = {
  tenant,
  api: 'alerts',
  role: 'Alert.Read.All',
  method: 'GET',
  path: '/api/alerts/da1_2',
  schema: itemSchema,
};
const act: DefenderCall<{ id: string }> = {
  ...read,
  api: 'machineActions',
  role: 'Machine.Isolate',
  method: 'POST',
  path: '/api/machines/m1/isolate',
  body: { Comment: 'Ünïcode' },
};

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

async function unavailable(promise: Promise<unknown>): Promise<UpstreamUnavailable> {
  const error = await failureOf(promise);
  if (error instanceof UpstreamUnavailable) return error;
  throw new Error('Expected UpstreamUnavailable.', { cause: error });
}

/** Answers the first requests with these, one each, and the rest with the last. */
function inOrder(...answers: readonly ((response: ServerResponse, request: SeenRequest) => void)[]) {
  let next = 0;
  return (request: SeenRequest, response: ServerResponse) => {
    const answer = answers[Math.min(next++, answers.length - 1)];
    answer?.(response, request);
  };
}

const ok = (response: ServerResponse) =>
  sendJson(response, 200, { id: 'da1_2', unknownField: 1 }, { 'request-id': 'r-1' });
const fail =
  (status: number, code: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    sendJson(response, status, { error: { code, message: 'm', target: 'c-1' } }, { 'request-id': 'r-1', ...headers });

describe('what is sent', () => {
  it('carries token, exact User-Agent and body, and answers with the ids', async () => {
    const server = await startHttpServer(inOrder(ok));
    const { defender, seen } = clientOf(server.url);
    const answer = await defender.request({ ...act, headers: { prefer: 'include-unknown-enum-members' } });
    expect(answer).toEqual({ value: { id: 'da1_2' }, status: 200, upstream: { requestId: 'r-1' } });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/api/machines/m1/isolate', body: '{"Comment":"Ünïcode"}' });
    expect(request?.headers).toMatchObject({
      'user-agent': userAgent,
      authorization: 'Bearer token-0',
      'content-type': 'application/json; charset=utf-8',
      prefer: 'include-unknown-enum-members',
    });
    expect(request?.rawHeaders.filter((name) => name.toLowerCase() === 'user-agent')).toHaveLength(1);
    expect(seen).toMatchObject({ taken: ['machineActions'], scopes: ['https://defender.example.test/.default'] });
  });

  it('uses the scope of Graph for Graph, and no content type without a body', async () => {
    const server = await startHttpServer(inOrder(ok));
    const { defender, seen } = clientOf(`${server.url}/graph/`);
    await defender.request({ ...read, service: 'graph', path: '/v1.0/security/alerts_v2/1' });
    expect(seen.scopes).toEqual(['https://graph.example.test/.default']);
    expect(server.requests[0]?.url).toBe('/graph/v1.0/security/alerts_v2/1');
    expect(server.requests[0]?.headers['content-type']).toBeUndefined();
  });

  it('sends nothing without a permit', async () => {
    const server = await startHttpServer(inOrder(ok));
    const { defender } = clientOf(server.url, {
      budgets: {
        take: () => Promise.resolve({ granted: false, retryAtMs: start + 12_000 }),
        block: () => Promise.resolve(),
      },
    });
    expect(await unavailable(defender.request(read))).toMatchObject({ throttled: true, retryAfterMs: 12_000 });
    expect(server.requests).toHaveLength(0);
  });

  it('sends nothing, and counts nothing, without a token', async () => {
    const server = await startHttpServer(inOrder(ok));
    const suspended = new TenantSuspended(tenant.tenantId, 'not_licensed');
    const { defender, seen } = clientOf(server.url, {
      credentials: { getToken: () => Promise.reject(suspended), forget: () => undefined },
    });
    expect(await failureOf(defender.request(read))).toBe(suspended);
    expect(seen.taken).toEqual([]);
    expect(server.requests).toHaveLength(0);
  });
});

describe('what comes back', () => {
  const cases: readonly [name: string, answer: (r: ServerResponse) => void, expected: Record<string, unknown>][] = [
    ['400', fail(400, 'InvalidInput'), { code: 'defender_refused', status: 400, defenderCode: 'InvalidInput' }],
    ['404', fail(404, 'ResourceNotFound'), { code: 'defender_refused', status: 404, defenderCode: 'ResourceNotFound' }],
    ['409', fail(409, 'Conflict'), { code: 'defender_refused', status: 409 }],
    ['403', fail(403, 'Forbidden'), { code: 'role_missing', status: 403, missingRole: 'Alert.Read.All' }],
    [
      '403 DisabledFeature',
      fail(403, 'DisabledFeature'),
      { code: 'feature_disabled', defenderCode: 'DisabledFeature' },
    ],
    ['403 DisallowedOperation', fail(403, 'DisallowedOperation'), { code: 'defender_refused' }],
  ];
  it.each(cases)('%s is final', async (_name, answer, expected) => {
    const server = await startHttpServer(inOrder(answer));
    const error = await failureOf(clientOf(server.url).defender.request(read));
    expect(error).toBeInstanceOf(UpstreamRefused);
    expect(error).toMatchObject({ ...expected, upstream: { requestId: 'r-1', correlationId: 'c-1' } });
    expect(server.requests).toHaveLength(1);
  });

  const bodies: readonly [name: string, body: string][] = [
    ['HTML', '<html><body>Service unavailable</body></html>'],
    ['nothing', ''],
    ['broken JSON', '{"error":'],
    ['another shape', '{"error":"Forbidden"}'],
    ['a list', '[1]'],
    ['odd types', '{"error":{"code":7,"target":{"a":1}}}'],
  ];
  it.each(bodies)('reads a refusal whose body is %s', async (_name, body) => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(403).end(body);
    });
    expect(await failureOf(clientOf(server.url).defender.request(read))).toMatchObject({
      code: 'role_missing',
      defenderCode: undefined,
      upstream: {},
    });
  });

  it('asks for a new token after a 403, since the role may have been granted by now', async () => {
    const server = await startHttpServer(inOrder(fail(403, 'Forbidden'), ok));
    const { defender, seen } = clientOf(server.url);
    await failureOf(defender.request(read));
    await defender.request(read);
    expect(seen.forgotten).toBe(1);
    expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer token-0', 'Bearer token-1']);
  });

  it('takes a new token after a 401, once, for an acting call as well', async () => {
    const server = await startHttpServer(inOrder(fail(401, 'Unauthorized'), ok));
    const { defender, seen } = clientOf(server.url);
    await defender.request(act);
    expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer token-0', 'Bearer token-1']);
    expect(seen.taken).toHaveLength(2);
  });

  it('after a second 401 the tenant is suspended', async () => {
    const server = await startHttpServer(inOrder(fail(401, 'Unauthorized')));
    const { defender, seen } = clientOf(server.url);
    const error = await failureOf(defender.request(read));
    expect(error).toBeInstanceOf(TenantSuspended);
    expect(error).toMatchObject({
      tenantId: tenant.tenantId,
      reason: 'consent_withdrawn',
      upstream: { correlationId: 'c-1' },
    });
    expect(server.requests).toHaveLength(2);
    expect(seen.forgotten).toBe(2);
  });

  const waits: readonly [header: string | undefined, ms: number][] = [
    ['17', 17_000],
    ['0', 0],
    [new Date(start + 90_000).toUTCString(), 90_000],
    ['soon', 60_000],
    [undefined, 60_000],
    ['999999999', 86_400_000],
  ];
  it.each(waits)('429 with Retry-After %s blocks the row for all instances', async (header, ms) => {
    const server = await startHttpServer(
      inOrder(fail(429, 'TooManyRequests', header === undefined ? {} : { 'retry-after': header })),
    );
    const { defender, seen } = clientOf(server.url);
    const error = await unavailable(defender.request(read));
    expect(error).toMatchObject({ throttled: true, retryAfterMs: ms, upstream: { requestId: 'r-1' } });
    expect(seen.blocked).toEqual([[tenant.tenantId, 'alerts', start + ms]]);
    expect(server.requests).toHaveLength(1);
  });

  const unusable: readonly [name: string, text: string][] = [
    ['not JSON', 'OK'],
    ['empty', ''],
    ['of another shape', '{"value":[]}'],
    ['null', 'null'],
  ];
  it.each(unusable)(
    'a success that is %s is a failure, not an empty answer, and is not repeated',
    async (_name, text) => {
      const server = await startHttpServer((_request, response) => {
        response.writeHead(200, { 'request-id': 'r-1' }).end(text);
      });
      const error = await unavailable(clientOf(server.url).defender.request(read));
      expect(error).toMatchObject({ throttled: false, upstream: { requestId: 'r-1' } });
      expect(error.message).not.toContain('token');
      expect(server.requests).toHaveLength(1);
    },
  );

  it('reads 204 and bare numbers', async () => {
    const server = await startHttpServer((request, response) => {
      if (request.method === 'POST') response.writeHead(204).end();
      else response.end('7');
    });
    const { defender } = clientOf(server.url);
    expect((await defender.request({ ...act, schema: z.undefined() })).value).toBeUndefined();
    expect(
      (await defender.request({ ...read, path: '/api/machines/m1/alerts/$count', schema: z.number() })).value,
    ).toBe(7);
  });
});

describe('what is repeated', () => {
  it('a read, after 5xx, with jitter, each try counted in the budget', async () => {
    const server = await startHttpServer(inOrder(fail(500, 'InternalServerError'), fail(503, ''), ok));
    const { defender, seen } = clientOf(server.url);
    expect((await defender.request(read)).value.id).toBe('da1_2');
    expect(seen).toMatchObject({ slept: [500, 1_000], taken: ['alerts', 'alerts', 'alerts'] });
  });

  it('a read, three times at most', async () => {
    const server = await startHttpServer(inOrder(fail(502, 'BadGateway')));
    const error = await unavailable(clientOf(server.url).defender.request(read));
    expect(error).toMatchObject({ throttled: false, upstream: { correlationId: 'c-1' } });
    expect(server.requests).toHaveLength(3);
  });

  it('what acts, only when the call says that it may be', async () => {
    const server = await startHttpServer(inOrder(fail(500, ''), fail(500, ''), ok));
    const { defender } = clientOf(server.url);
    await unavailable(defender.request(act));
    expect(server.requests).toHaveLength(1);
    await defender.request({ ...act, isRepeatable: true });
    expect(server.requests).toHaveLength(3);
  });

  it('waits as long as a 503 says, or gives up at once when that is longer than the call may take', async () => {
    const server = await startHttpServer(
      inOrder(fail(503, '', { 'retry-after': '4' }), fail(503, '', { 'retry-after': '40' })),
    );
    const { defender, seen } = clientOf(server.url);
    expect(await unavailable(defender.request(read))).toMatchObject({ retryAfterMs: 40_000, throttled: false });
    expect(seen).toMatchObject({ slept: [4_000], blocked: [] });
    expect(server.requests).toHaveLength(2);
  });

  it('a read after a broken connection, a truncated body and a refused redirect', async () => {
    const elsewhere = await startHttpServer(inOrder(ok));
    const server = await startHttpServer(
      inOrder(
        (response) => response.destroy(),
        (response) => {
          response.writeHead(200, { 'content-length': '500' });
          response.write('{"id":');
          setImmediate(() => response.destroy());
        },
        (response) => response.writeHead(302, { location: elsewhere.url }).end(),
      ),
    );
    await unavailable(clientOf(server.url).defender.request(read));
    expect(server.requests).toHaveLength(3);
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('and what acts does not look as if nothing happened when a limit ends its repetition', async () => {
    const importing = { ...act, isRepeatable: true };
    const throttled = await startHttpServer(inOrder(fail(500, ''), fail(429, 'TooManyRequests')));
    expect(await unavailable(clientOf(throttled.url).defender.request(importing))).toMatchObject({ throttled: false });

    const server = await startHttpServer(inOrder((response) => response.destroy()));
    const onePermit = () => {
      let permits = 1;
      return {
        take: () =>
          Promise.resolve(
            permits-- > 0 ? ({ granted: true } as const) : { granted: false as const, retryAtMs: start + 5 },
          ),
        block: () => Promise.resolve(),
      };
    };
    const used = (call: DefenderCall<unknown>) => clientOf(server.url, { budgets: onePermit() }).defender.request(call);
    expect(await unavailable(used(importing))).toMatchObject({ throttled: false, retryAfterMs: 5 });
    expect(await unavailable(used(read))).toMatchObject({ throttled: true, retryAfterMs: 5 });
  });

  it('nothing when nobody listens and the call acts', async () => {
    const { defender, seen } = clientOf('http://127.0.0.1:1');
    await unavailable(defender.request(act));
    expect(seen.taken).toHaveLength(1);
  });
});

describe('time', () => {
  it('gives up a server that never answers, and one that never ends its body', async () => {
    const server = await startHttpServer(
      inOrder(
        () => undefined,
        (response) => {
          response.writeHead(200);
          response.write('{');
        },
      ),
    );
    const { defender } = clientOf(server.url);
    expect(await unavailable(defender.request({ ...act, timeoutMs: 50 }))).toMatchObject({ throttled: false });
    expect(await unavailable(defender.request({ ...act, timeoutMs: 50 }))).toMatchObject({ throttled: false });
  });

  it('gives up a sign-in and a budget that never answer', async () => {
    const never = () => new Promise<never>(() => undefined);
    const hangingToken = clientOf('http://127.0.0.1:1', { credentials: { getToken: never, forget: () => undefined } });
    await unavailable(hangingToken.defender.request({ ...act, timeoutMs: 20 }));
    const hangingBudget = clientOf('http://127.0.0.1:1', { budgets: { take: never, block: never } });
    await unavailable(hangingBudget.defender.request({ ...act, timeoutMs: 20 }));
  });

  it('throws the reason of a caller that gave up', async () => {
    const server = await startHttpServer(() => undefined);
    const giveUp = new AbortController();
    const call = clientOf(server.url).defender.request({ ...read, signal: giveUp.signal });
    const reason = new Error('shutting down');
    giveUp.abort(reason);
    expect(await failureOf(call)).toBe(reason);
  });
});

describe('lists', () => {
  const list: DefenderCall<{ id: string }> = { ...read, path: '/api/alerts?$filter=a' };

  it('reads all pages, each with a permit of its own', async () => {
    const server = await startHttpServer((request, response) => {
      const skip = Number(new URL(request.url, 'http://host').searchParams.get('$skip') ?? 0);
      const next = skip < 4 ? { '@odata.nextLink': `${server.url}/api/alerts?$skip=${skip + 2}` } : {};
      sendJson(response, 200, { value: [{ id: `${skip}` }, { id: `${skip + 1}` }], ...next });
    });
    const { defender, seen } = clientOf(server.url);
    expect((await defender.list(list)).map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(seen.taken).toHaveLength(3);
  });

  it.each([null, ''])('an empty list is one that says so (next link %j)', async (nextLink) => {
    const server = await startHttpServer((_request, response) =>
      sendJson(response, 200, { value: [], '@odata.nextLink': nextLink }),
    );
    expect(await clientOf(server.url).defender.list(list)).toEqual([]);
  });

  it.each([
    'https://elsewhere.example.test/api/alerts?$skip=1',
    'http://elsewhere.example.test//elsewhere.example.test/?$skip=1',
    '/api/alerts?$skip=1',
    '?$skip=1',
  ])('follows the link %s at the origin that was asked', async (nextLink) => {
    const server = await startHttpServer(({ url }, response) =>
      sendJson(response, 200, { value: [], ...(url.includes('$skip') ? {} : { '@odata.nextLink': nextLink }) }),
    );
    expect(await clientOf(server.url).defender.list(list)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  const broken: readonly [name: string, page: (url: string) => unknown][] = [
    ['has no value', () => ({})],
    ['has an entry that is none', () => ({ value: [{ id: 1 }] })],
    ['is a bare list', () => []],
    ['leads nowhere', () => ({ value: [], '@odata.nextLink': 'http://' })],
    ['leads to itself', (url) => ({ value: [{ id: 'a' }], '@odata.nextLink': `${url}/api/alerts?$filter=a` })],
  ];
  it.each(broken)('throws when a page %s', async (_name, page) => {
    const server = await startHttpServer((_request, response) => sendJson(response, 200, page(server.url)));
    await unavailable(clientOf(server.url).defender.list(list));
    expect(server.requests).toHaveLength(1);
  });

  it('throws when there is no second page, or the budget ends between two pages', async () => {
    const page = (response: ServerResponse) =>
      sendJson(response, 200, { value: [{ id: 'a' }], '@odata.nextLink': `${server.url}/api/alerts?$skip=1` });
    const server = await startHttpServer(inOrder(page, fail(404, 'NotFound'), page));
    await unavailable(clientOf(server.url).defender.list(list));
    let permits = 1;
    const { defender } = clientOf(server.url, {
      budgets: {
        take: () => Promise.resolve(permits-- > 0 ? { granted: true } : { granted: false, retryAtMs: start + 5 }),
        block: () => Promise.resolve(),
      },
    });
    expect(await unavailable(defender.list(list))).toMatchObject({ throttled: true });
  });

  it('ends a chain of links that never ends', async () => {
    let pages = 0;
    const server = await startHttpServer((_request, response) =>
      sendJson(response, 200, { value: [], '@odata.nextLink': `${server.url}/api/alerts?$skip=${++pages}` }),
    );
    await unavailable(clientOf(server.url).defender.list(list));
    expect(pages).toBe(200);
  });
});
