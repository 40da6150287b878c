import { beforeAll, describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';
import type { TestHost } from './fixture.ts';

const keys = { master: 'master-key', function: 'function-key' };
const app = `
  const { app } = require('@azure/functions');
  const handler = () => ({ body: 'in' });
  for (const authLevel of ['anonymous', 'function', 'admin']) app.http(authLevel, { authLevel, handler });
  app.http('disabledHttp', { handler });
  app.http('query', { authLevel: 'function', handler: (request) => ({ body: request.query.get('code') }) });
  const timer = (name, schedule) => app.timer(name, { schedule, handler: (timer, context) => context.log(name + ' ran', JSON.stringify(timer)) });
  timer('nightly', '0 0 4 * * *');
  timer('disabledTimer', '* * * * * *');
  timer('unusable', '%NO_SUCH%');
  app.storageQueue('queue', { queueName: 'q', connection: 'x', handler: (item, context) => context.log('queue got', JSON.stringify(item)) });
`;
const env = { 'AzureWebJobs.disabledHttp.Disabled': 'true', 'AzureWebJobs.disabledTimer.Disabled': '1' };
const json = { 'content-type': 'application/json' };
const master = { 'x-functions-key': keys.master };

describe('keys and the admin endpoints', () => {
  const hosts = createHosts();
  let host: TestHost;
  let open: TestHost;
  beforeAll(async () => {
    host = await hosts.run({ 'main.cjs': app }, { keys, env: { ...process.env, ...env } });
    open = await hosts.run(
      { 'main.cjs': app },
      { keys: { ...keys, isEnforced: false }, env: { ...process.env, ...env } },
    );
  });

  test.each([
    ['anonymous', undefined, 200],
    ['function', undefined, 401],
    ['function', 'wrong', 401],
    ['function', keys.function, 200],
    ['function', keys.master, 200],
    ['admin', undefined, 401],
    ['admin', keys.function, 401],
    ['admin', keys.master, 200],
    ['disabledHttp', undefined, 404],
    ['disabledHttp', keys.function, 404],
    ['disabledHttp', keys.master, 200],
  ])('%s with key %s is answered %i', async (name, key, status) => {
    const inHeader = await fetch(`${host.url}/api/${name}`, {
      headers: key === undefined ? {} : { 'x-functions-key': key },
    });
    const inQuery = await fetch(`${host.url}/api/${name}${key === undefined ? '' : `?code=${key}`}`);
    expect([inHeader.status, inQuery.status]).toEqual([status, status]);
    expect([await inHeader.text(), await inQuery.text()]).toEqual(Array(2).fill(status === 200 ? 'in' : ''));
  });

  test('the header goes before the query, where the code stays', async () => {
    const url = `${host.url}/api/query?code=${keys.function}`;
    expect(await (await fetch(url)).text()).toBe(keys.function);
    expect((await fetch(url, { headers: { 'x-functions-key': 'wrong' } })).status).toBe(401);
  });

  test('nothing is enforced where the host is told so; disabled stays disabled', async () => {
    const statuses = ['admin', 'function', 'disabledHttp'].map(
      async (name) => (await fetch(`${open.url}/api/${name}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 404]);
    expect((await start(open, 'nightly', '{}', json)).status).toBe(202);
  });

  function start(
    on: TestHost,
    name: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    return fetch(`${on.url}/admin/functions/${name}`, { method: 'POST', body, headers });
  }

  test.each([
    ['nightly', '{ "input": "" }', { ...json, ...master }, 202],
    ['NIGHTLY', '{}', { 'content-type': 'application/json; charset=utf-8', ...master }, 202],
    ['nightly', '', { ...json, ...master }, 400],
    ['nightly', 'null', { ...json, ...master }, 400],
    ['nightly', '{', { ...json, ...master }, 400],
    ['nightly', '{}', { 'content-type': 'text/plain', ...master }, 415],
    ['nightly', '{}', json, 401],
    ['nightly', '{}', { ...json, 'x-functions-key': keys.function }, 401],
    ['noSuch', '{}', { ...json, ...master }, 404],
    ['unusable', '{}', { ...json, ...master }, 202],
  ])('starting %s with %s is answered', async (name, body, headers, status) => {
    expect((await start(host, name, body, headers)).status).toBe(status);
  });

  test('a timer started by hand runs in the background, disabled or not, never past due', async () => {
    await start(host, 'disabledTimer', '{ "input": "" }', { ...json, ...master });
    const ran = 'disabledTimer ran {"schedule":{"adjustForDST":true},"scheduleStatus":null,"isPastDue":false}';
    await host.untilOutput(ran);
  });

  test('another kind of function gets the input', async () => {
    await start(host, 'queue', '{ "input": "{\\"a\\":1}" }', { ...json, ...master });
    await host.untilOutput('queue got {"a":1}');
  });

  test('a disabled timer does not fire by itself', async () => {
    const fresh = await hosts.run({ 'main.cjs': app }, { keys, env: { ...process.env, ...env } });
    const other = await hosts.run({ 'main.cjs': app }, { keys });
    await other.untilOutput('disabledTimer ran');
    expect(fresh.output()).not.toContain('disabledTimer ran');
  });

  test('an unusable schedule leaves one function out and says so', () => {
    expect(host.output()).toContain("The 'unusable' function is in error");
  });

  test('functions are listed', async () => {
    const list = (await (await fetch(`${host.url}/admin/functions`, { headers: master })).json()) as readonly {
      name: string;
    }[];
    expect(list.map(({ name }) => name).sort()).toEqual(host.functions.map(({ name }) => name).sort());
    const one: unknown = await (await fetch(`${host.url}/admin/functions/function`, { headers: master })).json();
    expect(one).toMatchObject({
      name: 'function',
      isDisabled: false,
      config: {
        bindings: [
          { type: 'httpTrigger', authLevel: 'function', methods: ['GET', 'POST'] },
          { type: 'http', direction: 'out' },
        ],
      },
      invoke_url_template: `${host.url}/api/function`,
    });
    expect((await fetch(`${host.url}/admin/functions/noSuch`, { headers: master })).status).toBe(404);
  });

  test('the state of the host, and nothing else', async () => {
    expect(await (await fetch(`${host.url}/admin/host/status`, { headers: master })).json()).toMatchObject({
      state: 'Running',
    });
    expect((await fetch(`${host.url}/admin/host/status`)).status).toBe(401);
    expect((await fetch(`${host.url}/admin/host/ping`)).status).toBe(200);
    expect((await fetch(`${host.url}/admin/other`, { headers: master })).status).toBe(404);
  });
});
