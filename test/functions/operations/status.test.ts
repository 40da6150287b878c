import { describe, expect, it } from 'vitest';
import { createStatusHandlers } from '../../../functions/operations/status.http.ts';
import { createZzUnmatched } from '../../../functions/operations/zz-unmatched.http.ts';
import { createRouteRecorder } from '../../../shared/http/registrar.ts';
import { createLog } from '../../../shared/log.ts';
import { call } from '../../builders/http.ts';
import { serveAs } from '../../builders/serve.ts';

describe('/health and /ready', () => {
  function setUp() {
    const state = { nowMs: 0, runs: 0, isUp: true, lines: [] as string[] };
    const handlers = createStatusHandlers(serveAs(), {
      checks: {
        storage: () => {
          state.runs += 1;
          return state.isUp ? Promise.resolve() : Promise.reject(new Error('secret detail'));
        },
        keys: () => Promise.resolve(),
      },
      now: () => state.nowMs,
      log: createLog(
        (line) => state.lines.push(line),
        () => state.nowMs,
      ),
    });
    return { state, ...handlers };
  }

  it('health asks nothing', async () => {
    const { state, health } = setUp();
    state.isUp = false;
    expect(await call(health, {})).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(state.runs).toBe(0);
  });

  it('ready asks at most every ten seconds, however many ask it', async () => {
    const { state, ready } = setUp();
    const answers = await Promise.all([call(ready, {}), call(ready, {}), call(ready, {})]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    state.nowMs = 9_999;
    await call(ready, {});
    expect(state.runs).toBe(1);
    state.nowMs = 10_000;
    await call(ready, {});
    expect(state.runs).toBe(2);
    state.nowMs = 5_000; // the clock was put back
    await call(ready, {});
    expect(state.runs).toBe(3);
  });

  it('ready names what fails, and tells why only the log', async () => {
    const { state, ready } = setUp();
    state.isUp = false;
    const answer = await call(ready, {});
    expect(answer).toMatchObject({
      status: 503,
      json: { code: 'temporarily_unavailable', detail: 'Not ready: storage.' },
    });
    expect(answer.headers.get('retry-after')).toBe('10');
    expect(answer.text).not.toContain('secret');
    expect(state.lines.join()).toContain('secret detail');
    state.isUp = true;
    state.nowMs = 10_000;
    expect((await call(ready, {})).status).toBe(200);
  });
});

describe('zzUnmatched', () => {
  const recorder = createRouteRecorder({ http: () => undefined, timer: () => undefined });
  const handler = createZzUnmatched(serveAs(), recorder.routes);
  const register = (method: 'GET' | 'PUT' | 'POST', route: string) =>
    recorder.http('f', { methods: [method], route, handler });
  register('GET', 'api/v1/tenants');
  register('GET', 'api/v1/tenants/{tenantId}');
  register('PUT', 'api/v1/tenants/{tenantId}');
  register('POST', 'api/v1/tenants/{tenantId}/check');
  register('GET', '{*path}');

  it.each([
    ['POST', '/api/v1/tenants', 405, 'GET'],
    ['DELETE', '/api/v1/tenants/x', 405, 'GET, PUT'],
    ['HEAD', '/API/V1/Tenants/x/', 405, 'GET, PUT'],
    ['GET', '/api/v1/tenants/x/check?limit=1', 405, 'POST'],
    ['GET', '/api/v1/tenants/x/unknown', 404, null],
    ['POST', '/', 404, null],
    ['GET', '/api/v2/tenants', 404, null],
  ])('%s %s: %i', async (method, url, status, allow) => {
    const answer = await call(handler, { method, url });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    expect(answer.json).toMatchObject({ code: status === 405 ? 'method_not_allowed' : 'not_found' });
  });

  it('says so before it looks at a body', async () => {
    const huge = {
      method: 'POST',
      url: '/nowhere',
      body: 'x'.repeat(200_000),
      headers: { 'content-length': '200000' },
    };
    expect((await call(handler, huge)).status).toBe(404);
  });
});
