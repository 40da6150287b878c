import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAskTenant } from '../../../functions/response-action/questions/ask-tenant.client.ts';
import { createMachineActionOutput } from '../../../functions/response-action/questions/machine-action-output.client.ts';
import { outputsOf, toPackageLink } from '../../../functions/response-action/questions/to-output.ts';
import { isolate, pc1, secondMs, setUpMachineActions } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60 * secondMs;
const commands = [
  { type: 'PutFile', params: [{ key: 'FileName', value: 'tool.exe' }] },
  { type: 'RunScript', params: [{ key: 'ScriptName', value: 'triage.ps1' }] },
  { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\Temp\\t.zip' }] },
];

/** What an action of a kind brings back in the end. */
async function outputOf(request: object, end: object = {}) {
  const bench = await setUpMachineActions(simulator);
  const { control, tenants, machineActions } = bench;
  control.machineActions.script(world.tenantId, { status: 'Succeeded', ...end });
  const operation = await bench.ask({ machine: { id: pc1.id }, comment: 'c', ...request });
  await bench.later(minuteMs);
  const askTenant = createAskTenant(() => Promise.resolve(true));
  const read = createMachineActionOutput({ tenants, machineActions, askTenant, now: control.clock.now });
  return { ...bench, output: async () => read(await bench.read(operation)) };
}

describe('what an action brought back', () => {
  it('a package: a fresh link, without the quotes that Defender puts around it', async () => {
    const { output, control } = await outputOf({ action: 'CollectInvestigationPackage' });
    const expiresAt = new Date(control.clock.now() + 5 * minuteMs).toISOString().replace('.000Z', 'Z');
    const [first] = (await output()) ?? [];
    expect(first).toEqual({ name: 'package.zip', uri: expect.stringMatching(/^https:[^"]+$/) as unknown, expiresAt });
    expect((await output())?.[0]?.uri).not.toBe(first?.uri);
    await expect(output()).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  it('a live response: a link for each script and file', async () => {
    const { output } = await outputOf({ action: 'LiveResponse', commands });
    expect((await output())?.map(({ name }) => name)).toEqual(['1-triage.ps1.json', '2-t.zip']);
  });

  it('a live response that failed: what it brought until then', async () => {
    const { output } = await outputOf({ action: 'LiveResponse', commands }, { status: 'Failed', failedCommand: 2 });
    expect((await output())?.map(({ name }) => name)).toEqual(['1-triage.ps1.json']);
  });

  it('nothing: other actions, and packages that there are not', async () => {
    expect(await (await outputOf(isolate)).output()).toBeUndefined();
    const failed = await outputOf({ action: 'CollectInvestigationPackage' }, { status: 'Failed' });
    expect(await failed.output()).toBeUndefined();
  });

  it('a tenant that may not be asked', async () => {
    const { output, change } = await outputOf({ action: 'CollectInvestigationPackage' });
    await change({ connection: 'Suspended' });
    await expect(output()).rejects.toMatchObject({ code: 'wrong_state' });
  });
});

describe('names and times', () => {
  it('a storage link says itself until when it is good', () => {
    const uri = 'https://store.example/p.zip?se=2026-11-20T10:20:00Z&sig=x';
    expect(toPackageLink(uri, 0)).toEqual({ name: 'package.zip', uri, expiresAt: '2026-11-20T10:20:00Z' });
  });

  it.each([
    ['GetFile', [{ key: 'Path', value: '/var/log/syslog' }], '0-syslog'],
    ['GetFile', [{ key: 'Path', value: 'C:\\' }], '0-result'],
    ['RunScript', [{ key: 'ScriptName', value: 'a.ps1' }], '0-a.ps1.json'],
  ])('%s %j', (type, params, name) => {
    const command = { index: 0, commandStatus: 'Completed', command: { type, params } };
    expect(outputsOf({ commands: [command] })).toEqual([{ index: 0, name }]);
    expect(outputsOf({ commands: [{ ...command, commandStatus: 'Failed' }] })).toEqual([]);
  });
});
