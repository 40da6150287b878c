import { expect, test } from 'vitest';
import { setUpMachineActions } from '../../test-machine-actions.ts';
import { pc1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import type { MachineActionType } from './resource.ts';

const bench = setUpMachineActions();
const osError = 'OsPlatformNotSupported';
const versionError = 'ClientVersionNotSupported';

test.each([
  ['Isolate', 'Full', { osPlatform: 'Windows10', version: '1703' }, undefined],
  ['Isolate', 'Full', { osPlatform: 'Windows10', version: '1607' }, versionError],
  ['Isolate', 'Selective', { osPlatform: 'Windows10', version: '1703' }, versionError],
  ['Isolate', 'Selective', { osPlatform: 'Windows10', version: '1709' }, undefined],
  ['Isolate', 'Selective', { osPlatform: 'Windows10', version: '22H2' }, undefined],
  ['Isolate', 'Full', { osPlatform: 'Windows10', version: null }, undefined],
  ['Isolate', 'Full', { osPlatform: 'Windows11' }, undefined],
  ['Isolate', 'Full', { osPlatform: 'WindowsServer2019' }, undefined],
  ['Isolate', 'Full', { osPlatform: 'WindowsServer2016' }, osError],
  ['Isolate', 'Full', { osPlatform: 'Linux' }, undefined],
  ['Isolate', 'Selective', { osPlatform: 'Linux' }, osError],
  ['Isolate', 'Full', { osPlatform: 'iOS' }, osError],
  ['Isolate', 'UnManagedDevice', { osPlatform: 'iOS' }, undefined],
  ['RestrictCodeExecution', undefined, { osPlatform: 'Windows10', version: '1703' }, versionError],
  ['RestrictCodeExecution', undefined, { osPlatform: 'WindowsServer2019' }, undefined],
  ['RestrictCodeExecution', undefined, { osPlatform: 'WindowsServer2016' }, osError],
  ['RestrictCodeExecution', undefined, { osPlatform: 'Linux' }, osError],
  ['RunAntiVirusScan', undefined, { osPlatform: 'macOS', agentVersion: '101.98.84' }, undefined],
  ['RunAntiVirusScan', undefined, { osPlatform: 'macOS', agentVersion: '101.98.83' }, versionError],
  ['RunAntiVirusScan', undefined, { osPlatform: 'Linux', agentVersion: '101.100.1' }, undefined],
  ['RunAntiVirusScan', undefined, { osPlatform: 'Windows10', version: '1703' }, versionError],
  ['RunAntiVirusScan', undefined, { osPlatform: 'Android' }, osError],
  ['StopAndQuarantineFile', undefined, { osPlatform: 'Windows10', version: '1703' }, undefined],
  ['StopAndQuarantineFile', undefined, { osPlatform: 'Linux' }, osError],
  ['Offboard', undefined, { osPlatform: 'macOS' }, osError],
  ['Offboard', undefined, { osPlatform: 'WindowsServer2012R2' }, undefined],
  ['Offboard', undefined, { osPlatform: 'Linux', agentVersion: '101.26062.0007' }, undefined],
  ['Offboard', undefined, { osPlatform: 'Linux', agentVersion: '101.26062.0006' }, versionError],
  ['LiveResponse', undefined, { osPlatform: 'macOS' }, undefined],
  ['LiveResponse', undefined, { osPlatform: 'WindowsServer2016' }, osError],
  ['CollectInvestigationPackage', undefined, { osPlatform: 'Linux' }, undefined],
] as const)('%s %s on %j: %s', async (type: MachineActionType, IsolationType, machine, code) => {
  const { machines, switches } = bench.control();
  machines.seed(tenantId, [{ ...pc1, ...machine }]);
  const answer = await bench.start(type, IsolationType === undefined ? {} : { IsolationType });
  expect([answer.status, answer.code]).toEqual(code === undefined ? [201, undefined] : [400, code]);
  if (code === undefined) return;
  switches.change({ checkPlatforms: false });
  expect((await bench.start(type, IsolationType === undefined ? {} : { IsolationType })).status).toBe(201);
});
