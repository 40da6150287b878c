import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { requests, setUpMachineActions } from '../../test-machine-actions.ts';
import { pc1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachineActions();
const packageUri = (id: unknown): Promise<Answer> =>
  bench.call('GET', `/api/machineactions/${String(id)}/getPackageUri`);

describe('package', () => {
  test('once it is there: a link in quotes, which lives shortly', async () => {
    const { body } = await bench.start('CollectInvestigationPackage');
    for (const ms of [0, 2_000, 2_999]) {
      bench.pass(ms);
      const answer = await packageUri(body['id']);
      expect([answer.status, answer.code]).toEqual([404, 'NotFound']);
    }
    bench.pass(1);
    const answer = await packageUri(body['id']);
    expect(answer.body['@odata.context']).toMatch(/\/api\/\$metadata#Edm\.String$/);
    const quoted = String(answer.body['value']);
    expect(quoted).toMatch(/^"https:\/\/[^"]+\.zip\?token=[^"]+"$/);
    const response = await fetch(quoted.slice(1, -1));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    expect(Object.values(files).map((file) => strFromU8(file))).toEqual([expect.stringContaining('pc1.example.test')]);
    bench.pass(5 * 60_000);
    expect((await fetch(quoted.slice(1, -1))).status).toBe(403);
  });

  test('without quotes, by switch', async () => {
    bench.control().switches.change({ quotePackageUri: false });
    const { body } = await bench.start('CollectInvestigationPackage');
    bench.pass(5_000);
    expect((await packageUri(body['id'])).body['value']).toMatch(/^https:\/\//);
  });

  test.each(['Failed', 'TimeOut', 'Cancelled'] as const)('none of a collection that has %s', async (status) => {
    bench.control().machineActions.script(tenantId, { status });
    const { body } = await bench.start('CollectInvestigationPackage');
    bench.pass(5_000);
    expect((await packageUri(body['id'])).status).toBe(404);
  });

  test('none of another action, or of none', async () => {
    const { body } = await bench.start('Isolate');
    bench.pass(5_000);
    expect((await packageUri(body['id'])).code).toBe('NotFound');
    expect((await packageUri('9e000000-0000-4000-8000-000000000010')).code).toBe('ResourceNotFound');
  });
});

describe('investigations', () => {
  const start = (body: unknown, id = pc1.id): Promise<Answer> =>
    bench.call('POST', `/api/machines/${id}/startInvestigation`, body);

  test('can no longer be started', async () => {
    const answer = await start({ Comment: 'c' });
    expect([answer.status, answer.code, bench.applied()]).toEqual([403, 'DisabledFeature', 0]);
  });

  test('as before, by switch', async () => {
    bench.control().switches.change({ startInvestigation: 'legacy' });
    const answer = await start({ Comment: 'c' });
    expect([answer.status, bench.applied()]).toEqual([201, 1]);
    expect(answer.body).toMatchObject({
      ...{ id: expect.stringMatching(/^\d+$/) as unknown, state: 'Running', machineId: pc1.id, endTime: null },
      ...{ startTime: '2026-11-20T10:00:00.0000000Z', computerDnsName: pc1.computerDnsName },
    });
    expect((await start({})).code).toBe('MissingRequiredParameter');
    expect((await start('{')).code).toBe('InvalidRequestBody');
    expect((await start({ Comment: 'c' }, 'nobody')).code).toBe('ResourceNotFound');
  });
});

describe('limits', () => {
  const begin = (): void => {
    bench.control().switches.change({ enforceRateLimits: true, startInvestigation: 'legacy' });
    bench.control().quotas.clear();
  };
  const statuses = async (count: number, call: () => Promise<Answer>): Promise<readonly number[]> => {
    const seen = [];
    for (let n = 0; n < count; n += 1) seen.push((await call()).status);
    return seen;
  };
  const action = '/api/machineactions/9e000000-0000-4000-8000-000000000010';

  test.each([
    ['getPackageUri', 2, () => bench.call('GET', `${action}/getPackageUri`)],
    ['runliveresponse', 10, () => bench.start('LiveResponse')],
    ['results', 100, () => bench.call('GET', `${action}/GetLiveResponseResultDownloadLink(index=0)`)],
  ] as const)('%s: %i a minute', async (_name, limit, call) => {
    begin();
    const seen = await statuses(limit + 1, call);
    expect([seen.slice(0, limit).includes(429), seen.at(-1)]).toEqual([false, 429]);
    bench.pass(60_000);
    expect(await statuses(1, call)).not.toContain(429);
  });

  test('investigations: 50 an hour', async () => {
    begin();
    const start = (): Promise<Answer> =>
      bench.call('POST', `/api/machines/${pc1.id}/startInvestigation`, { Comment: 'c' });
    const seen = await statuses(51, () => {
      bench.pass(60_000);
      return start();
    });
    expect([seen.slice(0, 50).includes(429), seen.at(-1)]).toEqual([false, 429]);
  });

  test('all others share 100 a minute', async () => {
    begin();
    const shared = Object.keys(requests).filter((type) => type !== 'LiveResponse') as (keyof typeof requests)[];
    const calls = [
      ...shared.map((type) => () => bench.start(type)),
      () => bench.call('GET', '/api/machineactions'),
      () => bench.call('GET', action),
      () => bench.call('POST', `${action}/cancel`, { Comment: 'c' }),
    ];
    const seen = [];
    for (let n = 0; n < 101; n += 1) seen.push((await calls[n % calls.length]?.())?.status);
    expect([seen.slice(0, 100).includes(429), seen.at(-1)]).toEqual([false, 429]);
    expect((await bench.call('GET', `/api/machines/${pc1.id}`)).status).toBe(200);
    expect((await bench.start('LiveResponse')).status).toBe(201);
  });
});
