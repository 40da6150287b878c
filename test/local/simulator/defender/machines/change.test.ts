import { describe, expect, test } from 'vitest';
import { pc1, setUpMachines, srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachines();

describe('tags', () => {
  const change = (body: unknown, id = pc1.id): Promise<Answer> => bench.send('POST', `/${id}/tags`, body);
  const tags = (): readonly string[] =>
    bench
      .control()
      .machines.list(tenantId)
      .find(({ id }) => id === pc1.id)?.machineTags ?? [];

  test('are added and removed once, however often it is asked', async () => {
    for (const repeat of [1, 2]) {
      const added = await change({ Value: 'case 17', Action: 'Add' });
      expect([repeat, added.status, added.body['machineTags']]).toEqual([repeat, 200, ['case 17']]);
    }
    expect(bench.applied()).toBe(1);
    for (const repeat of [1, 2]) {
      expect([repeat, (await change({ Value: 'case 17', Action: 'Remove' })).body['machineTags']]).toEqual([
        repeat,
        [],
      ]);
    }
    expect(bench.applied()).toBe(2);
  });

  test.each([
    [{ Action: 'Add' }, 'MissingRequiredParameter'],
    [{ value: 't', Action: 'Add' }, 'MissingRequiredParameter'],
    [{ Value: 't' }, 'MissingRequiredParameter'],
    [{ Value: 't', Action: 'add' }, 'InvalidInput'],
    [{ Value: '', Action: 'Add' }, 'InvalidInput'],
    [{ Value: 1, Action: 'Add' }, 'InvalidRequestBody'],
    ['{', 'InvalidRequestBody'],
  ])('refuses %j', async (body, code) => {
    const answer = await change(body);
    expect([answer.status, answer.code, tags()]).toEqual([400, code, []]);
  });

  test('have no limit, or 200 characters with the switch', async () => {
    expect((await change({ Value: 't'.repeat(201), Action: 'Add' })).status).toBe(200);
    bench.control().switches.change({ limitTagLength: true });
    expect((await change({ Value: 'u'.repeat(201), Action: 'Add' })).code).toBe('InvalidInput');
    expect((await change({ Value: 'u'.repeat(200), Action: 'Add' })).status).toBe(200);
  });

  test('of an unknown machine', async () => {
    const answer = await change({ Value: 't', Action: 'Add' }, 'c'.repeat(40));
    expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
  });

  test('of many machines, all or nothing', async () => {
    const many = (MachineIds: unknown): Promise<Answer> =>
      bench.send('POST', '/AddOrRemoveTagForMultipleMachines', { Value: 't', Action: 'Add', MachineIds });
    const answer = await many([pc1.id, srv1.id, pc1.id]);
    expect(answer.value).toMatchObject([{ machineTags: ['t'] }, { machineTags: ['t'] }]);
    bench.control().machines.change(tenantId, pc1.id, { machineTags: [] });
    expect((await many([pc1.id, 'c'.repeat(40)])).code).toBe('ResourceNotFound');
    expect(tags()).toEqual([]);
    expect((await many(Array.from({ length: 501 }, () => pc1.id))).code).toBe('MaximumBatchSizeExceeded');
    expect((await many([])).code).toBe('InvalidRequestBody');
    expect((await many(undefined)).code).toBe('MissingRequiredParameter');
  });
});

describe('value and patch', () => {
  const patch = (body: unknown): Promise<Answer> => bench.send('PATCH', `/${pc1.id}`, body);

  test.each([
    [{ DeviceValue: 'High' }, 200, undefined],
    [{ DeviceValue: 'high' }, 400, 'InvalidInput'],
    [{ deviceValue: 'High' }, 400, 'MissingRequiredParameter'],
  ])('setDeviceValue %j', async (body, status, code) => {
    const answer = await bench.send('POST', `/${pc1.id}/setDeviceValue`, body);
    expect([answer.status, answer.code, answer.body['deviceValue']]).toEqual([
      status,
      code,
      status === 200 ? 'High' : undefined,
    ]);
  });

  test.each([
    ['replace', ['b']],
    ['append', ['a', 'b']],
  ])('PATCH with the switch %s', async (patchMachineTags, machineTags) => {
    bench.control().switches.change({ patchMachineTags });
    bench.control().machines.change(tenantId, pc1.id, { machineTags: ['a'] });
    expect((await patch({ machineTags: ['b'], deviceValue: 'Low' })).body).toMatchObject({
      machineTags,
      deviceValue: 'Low',
    });
  });

  test('PATCH refuses what it does not know, and changes nothing without fields', async () => {
    expect((await patch({ machineTags: 'a' })).code).toBe('InvalidRequestBody');
    expect((await patch({ deviceValue: 'Medium' })).code).toBe('InvalidInput');
    expect((await patch({})).status).toBe(200);
    expect(bench.applied()).toBe(0);
  });
});

test('roles: reading is not writing, and users are their own', async () => {
  await bench.use(['Machine.Read.All']);
  expect((await bench.get('')).status).toBe(200);
  for (const path of [`/${pc1.id}/tags`, `/${pc1.id}/setDeviceValue`, '/AddOrRemoveTagForMultipleMachines']) {
    const answer = await bench.send('POST', path, { Value: 't', Action: 'Add' });
    expect([answer.status, answer.code]).toEqual([403, 'Forbidden']);
  }
  expect((await bench.get(`/${pc1.id}/logonusers`)).status).toBe(403);
  await bench.use(['User.Read.All']);
  expect((await bench.get('')).status).toBe(403);
});

test('all calls share one row of 100 a minute', async () => {
  bench.control().switches.change({ enforceRateLimits: true });
  bench.control().quotas.clear();
  const answers = [];
  for (let n = 0; n < 101; n += 1)
    answers.push(await (n % 2 ? bench.get('') : bench.send('POST', `/${pc1.id}/tags`, {})));
  expect(answers.at(-2)?.status).not.toBe(429);
  expect(answers.at(-1)).toMatchObject({ status: 429, code: 'TooManyRequests' });
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
});
