import { setImmediate } from 'node:timers/promises';
import { InvocationContext } from '@azure/functions';
import type { HttpResponseInit } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import { problemSchema } from '../../../shared/contract/problem.ts';
import { RejectedInput, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Route } from '../../../shared/http/route.ts';
import { createServe } from '../../../shared/http/serve.http.ts';
import { createLog } from '../../../shared/log.ts';
import { call, httpRequest, streamedRequest } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const admin: Caller = { callerId: 'admin', scopes: [], tenants: 'All', feeds: 'All', isAdmin: true, via: 'Entra' };
const soar: Caller = {
  ...admin,
  callerId: 'soar',
  scopes: ['actions:write'],
  tenants: [tenantId],
  feeds: [],
  isAdmin: false,
};
const newTraceId = () => 'a'.repeat(32);
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** A route that takes everything, and what it was told. */
function open(change: Partial<Route<unknown, unknown, unknown>> = {}): Route<unknown, unknown, unknown> {
  return {
    scope: 'admin',
    find: () => Promise.resolve(true),
    body: {
      schema: z.strictObject({ tenantId: z.string().optional(), size: z.number() }),
      maxBytes: 100,
      pathIds: ['tenantId'],
    },
    handle: ({ body }) => Promise.resolve({ status: 200, body: body ?? {} }),
    ...change,
  };
}

function serveAs(caller: Caller | undefined, lines: string[] = []) {
  return createServe({
    authenticate: () => Promise.resolve(caller === undefined ? { refused: 'a reason' } : { caller }),
    log: createLog((line) => lines.push(line), Date.now),
    now: Date.now,
    newTraceId,
  });
}

const good: TestRequest = { method: 'PUT', json: { size: 1 }, params: { tenantId } };

describe('every answer', () => {
  it('names the trace of the caller, is not stored and not sniffed', async () => {
    const { status, headers, json } = await call(serveAs(admin)(open()), { ...good, headers: { traceparent } });
    expect(status).toBe(200);
    expect(json).toEqual({ size: 1 });
    expect(Object.fromEntries(headers)).toEqual({
      'request-id': '4bf92f3577b34da6a3ce929d0e0e4736',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
  });

  it.each([
    [undefined],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
    ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01'],
    ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more'],
    ['junk'],
  ])('names a trace of its own when traceparent is %s', async (value) => {
    const headers: Record<string, string> = value === undefined ? {} : { traceparent: value };
    const answer = await call(serveAs(admin)(open()), { ...good, headers });
    expect(answer.headers.get('request-id')).toBe(newTraceId());
  });

  it('takes the trace of a later version of the header', async () => {
    const answer = await call(serveAs(admin)(open()), {
      ...good,
      headers: { traceparent: `01${traceparent.slice(2)}-more` },
    });
    expect(answer.headers.get('request-id')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it.each([
    [undefined, 'b'.repeat(32)],
    [traceparent, '4bf92f3577b34da6a3ce929d0e0e4736'],
  ])('names the trace of the host when traceparent is %s, so that its telemetry is found', async (value, traceId) => {
    const headers: Record<string, string> = value === undefined ? {} : { traceparent: value };
    const context = new InvocationContext({
      traceContext: { traceParent: `00-${'b'.repeat(32)}-00f067aa0ba902b7-01` },
    });
    const answer = (await serveAs(admin)(open())(httpRequest({ ...good, headers }), context)) as HttpResponseInit;
    expect(new Headers(answer.headers as Record<string, string>).get('request-id')).toBe(traceId);
  });

  it('has no body and no content type with 204, and its own type with text', async () => {
    const empty = await call(serveAs(admin)(open({ handle: () => Promise.resolve({ status: 204 }) })), good);
    expect([empty.status, empty.text, empty.headers.get('content-type')]).toEqual([204, '', null]);
    const page = { contentType: 'text/plain', content: '1' };
    const text = await call(serveAs(admin)(open({ handle: () => Promise.resolve({ status: 200, text: page }) })), good);
    expect([text.text, text.headers.get('content-type')]).toEqual(['1', 'text/plain']);
  });
});

describe('a problem', () => {
  it('is a document of the contract, with the trace', async () => {
    const answer = await call(serveAs(admin)(open()), { ...good, json: { size: 'big', tenantId: 'other', extra: 1 } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(answer.json)).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_field',
      detail: '3 fields are wrong.',
      errors: [
        { pointer: '#/size', code: 'invalid_type', detail: 'Must be a number.' },
        { pointer: '#/extra', code: 'unknown_field', detail: 'Unknown field.' },
        { pointer: '#/tenantId', code: 'mismatch', detail: 'Must equal the tenantId of the path.' },
      ],
      traceId: newTraceId(),
    });
  });

  it('is the same for every reason a caller is not known, whose reason only the log tells', async () => {
    const lines: string[] = [];
    const answer = await call(serveAs(undefined, lines)(open()), good);
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.text).not.toContain('a reason');
    expect(lines.join()).toContain('a reason');
  });

  it('tells nothing of a bug, but the log does', async () => {
    const lines: string[] = [];
    const broken = open({ handle: () => Promise.reject(new TypeError('secret detail')) });
    const answer = await call(serveAs(admin, lines)(broken), good);
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal_error' } });
    expect(answer.text).not.toContain('secret');
    expect(lines.join()).toContain('serve.test.ts');
  });

  it('is one, too, when something is thrown that is no error, or the answer cannot be written', async () => {
    const thrown = await call(serveAs(admin)(open({ handle: () => Promise.reject(undefined) })), good);
    expect(thrown.status).toBe(500);
    const unwritable = await call(
      serveAs(admin)(open({ handle: () => Promise.resolve({ status: 200, body: { n: 1n } }) })),
      good,
    );
    expect(unwritable.status).toBe(500);
  });

  it.each([
    ['what we depend on', new UpstreamUnavailable('later', { retryAfterMs: 1_500 }), '2'],
    ['storage', Object.assign(new Error('busy'), { name: 'RestError', statusCode: 503 }), '5'],
    ['storage that cannot be reached', Object.assign(new Error('ECONNREFUSED'), { name: 'RestError' }), '5'],
    ['a storage call cut off', Object.assign(new Error('aborted'), { name: 'AbortError' }), '5'],
    ['the identity', Object.assign(new Error('no identity'), { name: 'CredentialUnavailableError' }), '5'],
  ])('says when to come back if %s fails', async (_name, error, seconds) => {
    const answer = await call(serveAs(admin)(open({ handle: () => Promise.reject(error) })), good);
    expect(answer).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe(seconds);
  });

  it('carries what a refusal adds', async () => {
    const refusal = new RejectedInput('refused_by_policy', 'Not here.', {
      extra: { rule: '#/policy/actions/allowed' },
      headers: { Allow: 'GET' },
    });
    const answer = await call(serveAs(admin)(open({ handle: () => Promise.reject(refusal) })), good);
    expect(answer).toMatchObject({
      status: 422,
      json: { code: 'refused_by_policy', rule: '#/policy/actions/allowed' },
    });
    expect(answer.headers.get('allow')).toBe('GET');
  });
});

describe('the order of checks', () => {
  /** Each step is wrong in a request that is also wrong in every later way. */
  const steps: readonly [name: string, expected: string, request: TestRequest, caller: Caller | undefined][] = [
    ['size', 'body_too_large', { body: 'x'.repeat(101), headers: { 'content-type': 'text/plain' } }, undefined],
    ['content type', 'unsupported_media_type', { body: '{', headers: { 'content-type': 'text/plain' } }, undefined],
    ['caller', 'unauthenticated', { body: '{', headers: { 'content-type': 'application/json' } }, undefined],
    [
      'other headers',
      'invalid_header',
      { body: '{', headers: { 'content-type': 'application/json', 'if-match': 'bad' } },
      { ...soar, tenants: [] },
    ],
    ['tenant', 'not_found', { body: '{', headers: { 'content-type': 'application/json' } }, { ...soar, tenants: [] }],
    ['scope', 'scope_missing', { body: '{', headers: { 'content-type': 'application/json' } }, { ...soar, scopes: [] }],
    ['JSON', 'malformed_body', { body: '{', headers: { 'content-type': 'application/json' } }, soar],
    ['form', 'invalid_field', { json: {} }, soar],
    ['rules', 'refused_by_policy', { json: { size: 1 } }, soar],
  ];
  const route = open({
    scope: 'actions:write',
    of: 'Tenant',
    readHeaders: ({ headers }) => {
      if (headers.has('if-match')) throw new RejectedInput('invalid_header', 'If-Match is wrong.');
    },
    handle: () => Promise.reject(new RejectedInput('refused_by_policy', 'No.')),
  });

  it.each(steps)('%s: %s', async (_name, code, request, caller) => {
    const answer = await call(serveAs(caller)(route), { method: 'POST', params: { tenantId }, ...request });
    expect(answer.json).toMatchObject({ code });
  });

  it('does not even look for what is not the caller’s', async () => {
    let looked = 0;
    const counting = open({ of: 'Tenant', find: () => Promise.resolve((looked += 1)) });
    const answer = await call(serveAs(soar)(counting), {
      ...good,
      params: { tenantId: tenantId.replace('a001', 'a002') },
    });
    expect([answer.status, looked]).toEqual([404, 0]);
  });

  it('says 404 for what is unknown, before it says that a scope is missing', async () => {
    const unknown = open({ of: 'Tenant', find: () => Promise.resolve(undefined) });
    expect((await call(serveAs(soar)(unknown), good)).status).toBe(404);
    expect((await call(serveAs(soar)(open({ of: 'Tenant' })), good)).status).toBe(403);
  });

  it('knows a feed as it knows a tenant', async () => {
    const feed = open({ of: 'Feed', scope: 'indicators:write' });
    const caller: Caller = { ...soar, scopes: ['indicators:write'], feeds: ['phishing'] };
    expect((await call(serveAs(caller)(feed), { ...good, params: { feedId: 'phishing' } })).status).toBe(200);
    expect((await call(serveAs(caller)(feed), { ...good, params: { feedId: 'other' } })).status).toBe(404);
  });

  it.each([
    ['query values among them', { tenantId, limit: '5' }],
    ['one spelled as the query spells it', { TENANTID: tenantId }],
    ['both spellings', { tenantid: 'other', tenantId }],
  ])('knows the parts of its path, with %s', async (_what, params) => {
    const route = open({
      scope: 'Public',
      handle: ({ params: known }) => Promise.resolve({ status: 200, body: known }),
    });
    expect((await call(serveAs(undefined)(route), { ...good, params })).json).toEqual({ tenantId });
  });

  it('asks nobody on a public route, and takes tenant ids in any case', async () => {
    const route = open({ scope: 'Public', handle: ({ params }) => Promise.resolve({ status: 200, body: params }) });
    const answer = await call(serveAs(undefined)(route), { ...good, params: { tenantId: tenantId.toUpperCase() } });
    expect(answer).toMatchObject({ status: 200, json: { tenantId } });
  });

  it('takes a scope that depends on what was found', async () => {
    const route = open({ scope: (found) => (found === 'Action' ? 'actions:write' : 'alerts:write') });
    expect((await call(serveAs(soar)({ ...route, find: () => Promise.resolve('Action') }), good)).status).toBe(200);
    expect((await call(serveAs(soar)({ ...route, find: () => Promise.resolve('Alert') }), good)).status).toBe(403);
  });
});

describe('a body', () => {
  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['Application/JSON;charset="UTF-8"', 200],
    ['application/cloudevents+json', 200],
    ['application/json; charset=utf-16', 415],
    ['text/plain', 415],
    ['text/json', 415],
    ['application/jsonx', 415],
    ['', 415],
  ])('of type %s is answered %i', async (contentType, status) => {
    const answer = await call(serveAs(admin)(open()), { ...good, headers: { 'content-type': contentType } });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['identity', 200],
    ['gzip', 415],
  ])('encoded as %s is answered %i', async (encoding, status) => {
    expect((await call(serveAs(admin)(open()), { ...good, headers: { 'content-encoding': encoding } })).status).toBe(
      status,
    );
  });

  it('may be as long as it may be, and no longer', async () => {
    const json = { method: 'PUT', headers: { 'content-type': 'application/json' } };
    const fill = (length: number) => '{"size":1}'.padEnd(length);
    expect((await call(serveAs(admin)(open()), { ...json, body: fill(100) })).status).toBe(200);
    expect((await call(serveAs(admin)(open()), { ...json, body: fill(101) })).status).toBe(413);
  });

  it('is not read at all when its length gives it away', async () => {
    let read = 0;
    async function* pieces() {
      read += 1;
      yield new Uint8Array(1);
    }
    const handler = serveAs(admin)(open());
    const request = streamedRequest({ headers: { 'content-length': '101' } }, pieces());
    expect((await call(handler, request)).status).toBe(413);
    expect(read).toBe(0);
  });

  it('without a length is counted while it comes, and one that is too large is answered before its end', async () => {
    const sender = { isAnswered: false };
    const through = Promise.withResolvers<undefined>();
    async function* untilAnswered() {
      while (!sender.isAnswered) {
        await setImmediate();
        yield new Uint8Array(30).fill(0x20);
      }
      through.resolve(undefined);
    }
    const handler = serveAs(admin)(open());
    expect((await call(handler, streamedRequest({}, untilAnswered()))).status).toBe(413);
    sender.isAnswered = true;
    await through.promise;
    async function* pieces() {
      yield* [Buffer.from('{"si'), Buffer.from('ze":1}')];
    }
    expect((await call(handler, streamedRequest({}, pieces()))).json).toEqual({ size: 1 });
  });

  it('that breaks off is malformed, not a bug', async () => {
    async function* broken() {
      yield Buffer.from('{"size":');
      throw new Error('connection reset');
    }
    expect(await call(serveAs(admin)(open()), streamedRequest({}, broken()))).toMatchObject({
      status: 400,
      json: { code: 'malformed_body' },
    });
  });

  it('may be absent only where the route says so', async () => {
    const empty = { method: 'POST' };
    expect((await call(serveAs(admin)(open()), empty)).status).toBe(415);
    expect(
      (await call(serveAs(admin)(open()), { ...empty, body: '', headers: { 'content-type': 'application/json' } }))
        .json,
    ).toMatchObject({
      code: 'malformed_body',
    });
    const optional = open({ body: { schema: z.strictObject({}), mayBeAbsent: true } });
    expect((await call(serveAs(admin)(optional), empty)).status).toBe(200);
    expect((await call(serveAs(admin)(optional), { ...empty, json: {} })).status).toBe(200);
    expect((await call(serveAs(admin)(optional), { ...empty, json: { a: 1 } })).status).toBe(400);
    expect((await call(serveAs(admin)(optional), { ...empty, body: '{}' })).status).toBe(415);
  });

  it('is not asked for on a route that has none, but still not unlimited', async () => {
    const none = open();
    delete (none as { body?: unknown }).body;
    expect((await call(serveAs(admin)(none), { method: 'DELETE', body: 'whatever' })).status).toBe(200);
    expect((await call(serveAs(admin)(none), { method: 'DELETE', body: 'x'.repeat(64 * 1024 + 1) })).status).toBe(413);
  });
});
