import { describe, expect, test } from 'vitest';
import { requests, setUpMachineActions } from '../../test-machine-actions.ts';
import { srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import { machineActionTypes } from './resource.ts';
import type { MachineActionType } from './resource.ts';

const bench = setUpMachineActions();
const pairs = machineActionTypes.flatMap((asked) => machineActionTypes.map((running) => [asked, running] as const));

/** Row 21 of the reference, written out. */
const partners: Readonly<Record<MachineActionType, readonly MachineActionType[]>> = {
  RunAntiVirusScan: ['RunAntiVirusScan'],
  Offboard: ['Offboard'],
  LiveResponse: ['LiveResponse'],
  CollectInvestigationPackage: ['CollectInvestigationPackage'],
  Isolate: ['Isolate', 'Unisolate'],
  Unisolate: ['Isolate', 'Unisolate'],
  StopAndQuarantineFile: ['StopAndQuarantineFile'],
  RestrictCodeExecution: ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
  UnrestrictCodeExecution: ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
};
const refused = [400, 'ActiveRequestAlreadyExists'];
const begun = [201, undefined];

describe.each(pairs)('%s while %s', (asked, running) => {
  test('is pending, in progress, over', async () => {
    const isRefused = partners[asked].includes(running);
    await bench.start(running);
    const first = await bench.start(asked);
    expect([first.status, first.code]).toEqual(isRefused ? refused : begun);
    if (!isRefused) return;
    expect(first.body).toMatchObject({ error: { message: 'Action is already in progress' } });
    bench.pass(2_000);
    expect((await bench.start(asked)).code).toBe('ActiveRequestAlreadyExists');
    bench.pass(3_000);
    expect((await bench.start(asked)).status).toBe(201);
  });

  test('is pending, with one action per device', async () => {
    bench.control().switches.change({ oneActionPerDevice: true });
    await bench.start(running);
    const answer = await bench.start(asked);
    expect([answer.status, answer.code]).toEqual(refused);
  });

  test('is pending, and a repeat gives what is there', async () => {
    bench.control().switches.change({ repeatReturnsPending: true });
    const { body } = await bench.start(running);
    const answer = await bench.start(asked);
    const isAnswered = asked === running && !['LiveResponse', 'CollectInvestigationPackage'].includes(asked);
    if (isAnswered) {
      expect([answer.status, answer.body['id']]).toEqual([201, body['id']]);
      expect(bench.applied()).toBe(1);
    } else expect([answer.status, answer.code]).toEqual(partners[asked].includes(running) ? refused : begun);
  });
});

test('another machine, another file and other bodies', async () => {
  for (const type of machineActionTypes) await bench.start(type);
  expect((await bench.start('Isolate', {}, srv1.id)).status).toBe(201);
  expect((await bench.start('StopAndQuarantineFile', { Sha1: 'e'.repeat(40) })).status).toBe(201);
  expect((await bench.start('StopAndQuarantineFile', { Sha1: 'C'.repeat(40) })).code).toBe(
    'ActiveRequestAlreadyExists',
  );
  expect((await bench.start('RunAntiVirusScan', { ScanType: 'Full' })).code).toBe('ActiveRequestAlreadyExists');
  expect((await bench.start('Isolate', { IsolationType: 'Selective' })).code).toBe('ActiveRequestAlreadyExists');
});

test('what a person runs is in the way as well', async () => {
  const { machineActions } = bench.control();
  machineActions.add(tenantId, { type: 'Isolate', machineId: srv1.id });
  expect((await bench.start('Unisolate', {}, srv1.id)).code).toBe('ActiveRequestAlreadyExists');
  expect(Object.keys(requests)).toHaveLength(machineActionTypes.length);
});
