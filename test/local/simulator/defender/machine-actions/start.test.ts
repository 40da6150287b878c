import { describe, expect, test } from 'vitest';
import { requests, setUpMachineActions, sha1 } from '../../test-machine-actions.ts';
import { pc1 } from '../../test-machines.ts';
import { clientId, tenantId } from '../../test-world.ts';
import { machineActionTypes } from './resource.ts';

const bench = setUpMachineActions();

describe('starting', () => {
  test.each(machineActionTypes.map((type) => [type]))('%s gives the whole resource', async (type) => {
    const { status, body } = await bench.start(type);
    expect([status, bench.applied()]).toEqual([201, 1]);
    const scopes: Partial<Record<string, string>> = { Isolate: 'Full', RunAntiVirusScan: 'Quick' };
    expect(body).toEqual({
      '@odata.context': expect.stringMatching(/\/api\/\$metadata#MachineActions\/\$entity$/) as unknown,
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown,
      ...{ type, title: null, requestor: clientId, requestSource: 'PublicApi', requestorComment: 'c' },
      ...{ status: 'Pending', scope: scopes[type] ?? null, machineId: pc1.id, computerDnsName: pc1.computerDnsName },
      creationDateTimeUtc: '2026-11-20T10:00:00.0000000Z',
      lastUpdateDateTimeUtc: '2026-11-20T10:00:00.0000000Z',
      ...{ cancellationRequestor: null, cancellationComment: null, cancellationDateTimeUtc: null },
      ...{ errorHResult: 0, externalId: null, troubleshootInfo: null },
      relatedFileInfo: type === 'StopAndQuarantineFile' ? { fileIdentifier: sha1, fileIdentifierType: 'Sha1' } : null,
      commands: type === 'LiveResponse' ? (expect.any(Array) as unknown) : [],
    });
    expect((await bench.get(body['id'])).body).toEqual(body);
  });

  test.each([
    [{ IsolationType: 'Selective' }, 'Selective'],
    [{ IsolationType: 'UnManagedDevice' }, 'UnManagedDevice'],
    [{ IsolationType: undefined }, 'Full'],
    [{ IsolationType: null }, 'Full'],
  ])('Isolate with %j has scope %s', async (changes, scope) => {
    expect((await bench.start('Isolate', changes)).body['scope']).toBe(scope);
  });

  test.each([
    ['created', 201],
    ['ok', 200],
  ])('Offboard with the switch %s answers %s', async (offboardAnswer, status) => {
    bench.control().switches.change({ offboardAnswer });
    expect((await bench.start('Offboard')).status).toBe(status);
    expect((await bench.start('Isolate')).status).toBe(201);
  });
});

describe('bodies', () => {
  const withComment = machineActionTypes.filter((type) => type !== 'LiveResponse');

  test.each(withComment.map((type) => [type]))('%s needs its comment, as it is spelt', async (type) => {
    for (const changes of [
      { Comment: undefined },
      { Comment: null },
      { Comment: ' ' },
      { Comment: undefined, comment: 'c' },
    ])
      expect((await bench.start(type, changes)).code).toBe('MissingRequiredParameter');
    expect((await bench.start(type, { Comment: 7 })).code).toBe('InvalidRequestBody');
    const answer = await bench.call('POST', `/api/machines/${pc1.id}/${requests[type].path}`, '{');
    expect([answer.status, answer.code]).toEqual([400, 'InvalidRequestBody']);
    expect(bench.applied()).toBe(0);
  });

  test.each([
    ['Isolate', { IsolationType: 'full' }, 'InvalidInput'],
    ['Isolate', { IsolationType: 'Partial' }, 'InvalidInput'],
    ['RunAntiVirusScan', { ScanType: undefined }, 'MissingRequiredParameter'],
    ['RunAntiVirusScan', { ScanType: undefined, scanType: 'Full' }, 'MissingRequiredParameter'],
    ['RunAntiVirusScan', { ScanType: 'Deep' }, 'InvalidInput'],
    ['StopAndQuarantineFile', { Sha1: undefined }, 'MissingRequiredParameter'],
    ['StopAndQuarantineFile', { Sha1: undefined, SHA1: sha1 }, 'MissingRequiredParameter'],
    ['StopAndQuarantineFile', { Sha1: 'c'.repeat(64) }, 'InvalidHashValue'],
    ['StopAndQuarantineFile', { Sha1: 1 }, 'InvalidRequestBody'],
  ] as const)('%s with %j: %s', async (type, changes, code) => {
    const answer = await bench.start(type, changes);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });
});

describe('machines', () => {
  test.each(machineActionTypes.map((type) => [type]))('%s of an unknown one, or by its name', async (type) => {
    for (const id of ['123123123', 'pc1.example.test']) {
      const answer = await bench.start(type, {}, id);
      expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
      expect(answer.body).toMatchObject({ error: { message: `Machine ${id} was not found` } });
    }
  });

  test.each(machineActionTypes.map((type) => [type]))('%s of a restricted one', async (type) => {
    const { machineActions } = bench.control();
    machineActions.configure(tenantId, { isRestricted: true }, pc1.id);
    const answer = await bench.start(type);
    expect([answer.status, answer.code, bench.applied()]).toEqual([403, 'DisallowedOperation', 0]);
    machineActions.configure(tenantId, { isRestricted: false }, pc1.id);
    expect((await bench.start(type)).status).toBe(201);
  });
});

describe('no effect', () => {
  const settle = async (type: 'Isolate' | 'Unisolate' | 'RestrictCodeExecution' | 'UnrestrictCodeExecution') => {
    const { status, code, body } = await bench.start(type);
    bench.pass(5_000);
    return [status, code ?? (await bench.get(body['id'])).body['status']];
  };
  const done = [201, 'Succeeded'];
  const refused = [400, 'BadRequest'];

  test.each([
    ['Isolate', 'Unisolate'],
    ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
  ] as const)('%s, %s: done again, or refused', async (set, undo) => {
    for (const type of [undo, set, set, undo]) expect([type, await settle(type)]).toEqual([type, done]);
    bench.control().switches.change({ actionWithoutEffect: 'refuse' });
    expect(await settle(undo)).toEqual(refused);
    expect(await settle(set)).toEqual(done);
    expect(await settle(set)).toEqual(refused);
    expect(await settle(undo)).toEqual(done);
  });

  test('only what succeeded has an effect', async () => {
    const { machineActions, switches } = bench.control();
    switches.change({ actionWithoutEffect: 'refuse' });
    machineActions.script(tenantId, { status: 'Failed' });
    await bench.start('Isolate', { IsolationType: 'Selective' });
    bench.pass(5_000);
    expect(machineActions.effects(tenantId, pc1.id)).toEqual({ isolation: null, isCodeRestricted: false });
    await bench.start('Isolate', { IsolationType: 'Selective' });
    expect(machineActions.effects(tenantId, pc1.id).isolation).toBe(null);
    bench.pass(5_000);
    expect(machineActions.effects(tenantId, pc1.id).isolation).toBe('Selective');
  });
});

test('an offboarded machine is no longer onboarded', async () => {
  const status = async (): Promise<unknown> =>
    (await bench.call('GET', `/api/machines/${pc1.id}`)).body['onboardingStatus'];
  await bench.start('Offboard');
  bench.pass(4_999);
  expect(await status()).toBe('Onboarded');
  bench.pass(1);
  expect(await status()).toBe('CanBeOnboarded');
  const { machines, machineActions } = bench.control();
  machines.change(tenantId, pc1.id, { onboardingStatus: 'Onboarded' });
  expect(await status()).toBe('Onboarded');
  machineActions.script(tenantId, { status: 'Failed', type: 'Offboard' });
  await bench.start('Offboard');
  bench.pass(5_000);
  expect(await status()).toBe('Onboarded');
});
