import { describe, expect, test } from 'vitest';
import { commands, setUpMachineActions } from '../../test-machine-actions.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';
import type { CommandResource } from './resource.ts';

const bench = setUpMachineActions();
const [putFile, runScript, getFile] = commands;
const commandsOf = ({ body }: Answer): readonly CommandResource[] => body['commands'] as readonly CommandResource[];
const result = (id: unknown, index: unknown): Promise<Answer> =>
  bench.call('GET', `/api/machineactions/${String(id)}/GetLiveResponseResultDownloadLink(index=${String(index)})`);

describe('commands', () => {
  test('run one after the other', async () => {
    const { body } = await bench.start('LiveResponse');
    const created = { startTime: null, endTime: null, commandStatus: 'Created', errors: [] };
    expect(body).toMatchObject({ commands: commands.map((command, index) => ({ index, command, ...created })) });
    const seen = [];
    for (const ms of [2_000, 1_000, 1_000, 1_000]) {
      bench.pass(ms);
      seen.push(
        commandsOf(await bench.get(body['id']))
          .map(({ commandStatus }) => commandStatus[1])
          .join(''),
      );
    }
    expect(seen).toEqual(['rrr', 'orr', 'oor', 'ooo']);
    expect(commandsOf(await bench.get(body['id']))[1]).toEqual({
      ...{ index: 1, startTime: '2026-11-20T10:00:03.0000000Z', endTime: '2026-11-20T10:00:04.0000000Z' },
      ...{ commandStatus: 'Completed', errors: [], command: runScript },
    });
  });

  test.each([
    [undefined, ['Failed', 'Created', 'Created']],
    [1, ['Completed', 'Failed', 'Created']],
    [2, ['Completed', 'Completed', 'Failed']],
  ])('the one that fails is the last (%s)', async (failedCommand, expected) => {
    bench.control().machineActions.script(tenantId, {
      ...{ status: 'Failed', errors: ['Not found'], ...(failedCommand === undefined ? {} : { failedCommand }) },
    });
    const { body } = await bench.start('LiveResponse');
    bench.pass(5_000);
    const action = await bench.get(body['id']);
    expect(action.body['status']).toBe('Failed');
    expect(commandsOf(action).map(({ commandStatus }) => commandStatus)).toEqual(expected);
    expect(commandsOf(action)[failedCommand ?? 0]?.errors).toEqual(['Not found']);
  });

  test('cancelled on the way, or ended by hand', async () => {
    const statuses = async (id: unknown): Promise<readonly unknown[]> =>
      commandsOf(await bench.get(id)).map(({ commandStatus }) => commandStatus);
    const first = await bench.start('LiveResponse');
    bench.pass(3_500);
    await bench.cancel(first.body['id']);
    bench.pass(5_000);
    expect(await statuses(first.body['id'])).toEqual(['Completed', 'Created', 'Created']);
    const second = await bench.start('LiveResponse');
    bench.control().machineActions.complete(tenantId, String(second.body['id']));
    expect(await statuses(second.body['id'])).toEqual(['Completed', 'Completed', 'Completed']);
    const third = await bench.start('LiveResponse');
    await bench.cancel(third.body['id']);
    expect(await statuses(third.body['id'])).toEqual(['Created', 'Created', 'Created']);
  });

  test.each([
    ['in any number', { Commands: [putFile, putFile, getFile, getFile] }, undefined],
    ['without a comment', { Comment: undefined }, undefined],
    ['a script without arguments', { Commands: [{ type: 'RunScript', params: [runScript.params[0]] }] }, undefined],
    ['none given', { Commands: undefined }, 'MissingRequiredParameter'],
    ['misspelt', { Commands: undefined, commands }, 'MissingRequiredParameter'],
    ['no list', { Commands: 'RunScript' }, 'InvalidRequestBody'],
    ['empty', { Commands: [] }, 'InvalidInput'],
    ['out of order', { Commands: [getFile, runScript] }, 'InvalidInput'],
    ['out of order', { Commands: [runScript, putFile] }, 'InvalidInput'],
    ['unknown', { Commands: [{ type: 'Reboot', params: [] }] }, 'InvalidInput'],
    ['without a type', { Commands: [{ params: [] }] }, 'InvalidRequestBody'],
    ['without its parameter', { Commands: [{ type: 'GetFile', params: [] }] }, 'MissingRequiredParameter'],
    ['without parameters', { Commands: [{ type: 'PutFile' }] }, 'MissingRequiredParameter'],
    ['with another parameter', { Commands: [{ ...getFile, params: [{ key: 'Args', value: '' }] }] }, 'InvalidInput'],
    ['with no parameters', { Commands: [{ ...getFile, params: ['Path'] }] }, 'InvalidRequestBody'],
    ['a comment that is none', { Comment: 1 }, 'InvalidRequestBody'],
  ])('%s: %j', async (_name, changes, code) => {
    const answer = await bench.start('LiveResponse', changes);
    expect([answer.status, answer.code]).toEqual(code === undefined ? [201, undefined] : [400, code]);
  });
});

test('fifty sessions at a time', async () => {
  const { machines } = bench.control();
  const ids = Array.from({ length: 51 }, (_each, index) => index.toString(16).padStart(40, '0'));
  machines.seed(
    tenantId,
    ids.map((id) => ({ id })),
  );
  for (const id of ids.slice(0, 50)) expect((await bench.start('LiveResponse', {}, id)).status).toBe(201);
  const answer = await bench.start('LiveResponse', {}, ids[50]);
  expect([answer.status, answer.code]).toEqual([429, 'TooManyRequests']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await bench.start('Isolate', {}, ids[50])).status).toBe(201);
  bench.pass(5_000);
  expect((await bench.start('LiveResponse', {}, ids[50])).status).toBe(201);
});

describe('results', () => {
  const fetchResult = async (id: unknown, index: number) => {
    const { body } = await result(id, index);
    return fetch(String(body['value']));
  };

  test('what a script printed, and a file; for half an hour', async () => {
    bench.control().machineActions.script(tenantId, { status: 'Succeeded', outputs: ['', 'all is well', 'content'] });
    const { body } = await bench.start('LiveResponse');
    expect((await result(body['id'], 1)).code).toBe('NotFound');
    bench.pass(5_000);
    const answer = await result(body['id'], 1);
    expect(answer.body).toMatchObject({
      '@odata.context': expect.stringMatching(/\/api\/\$metadata#Edm\.String$/) as unknown,
      value: expect.stringMatching(/^https:\/\//) as unknown,
    });
    expect(await (await fetchResult(body['id'], 1)).json()).toEqual({
      ...{ script_name: 'triage.ps1', exit_code: 0, script_output: 'all is well', script_errors: '' },
    });
    const file = await fetchResult(body['id'], 2);
    expect(file.headers.get('content-disposition')).toContain('"t.txt"');
    expect(await file.text()).toBe('content');
    const link = String(answer.body['value']);
    bench.pass(30 * 60_000 - 1);
    expect((await fetch(link)).status).toBe(200);
    bench.pass(1);
    expect((await fetch(link)).status).toBe(403);
    expect((await fetchResult(body['id'], 1)).status).toBe(200);
    expect((await fetch(link.replace(/token=.*/, 'token=none'))).status).toBe(404);
  });

  test('none of a command that gives none, has failed, or does not exist', async () => {
    bench.control().machineActions.script(tenantId, { status: 'Failed', failedCommand: 1 });
    const [session, scan] = [await bench.start('LiveResponse'), await bench.start('RunAntiVirusScan')];
    bench.pass(5_000);
    for (const index of [0, 1, 2, 3]) {
      const answer = await result(session.body['id'], index);
      expect([index, answer.status, answer.code]).toEqual([index, 404, 'NotFound']);
    }
    expect((await result(scan.body['id'], 0)).code).toBe('NotFound');
    expect((await result(session.body['id'], 'first')).code).toBe('InvalidInput');
    expect((await result('9e000000-0000-4000-8000-000000000010', 0)).code).toBe('ResourceNotFound');
  });
});
