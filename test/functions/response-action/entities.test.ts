import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileViewSchema } from '../../../shared/contract/machine.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import {
  alerts,
  held,
  indicator,
  machines,
  md5,
  notFound,
  organization,
  setUpKnown,
  sha1,
  sha256,
} from './known-entities.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('GET …/files/{hash}', () => {
  it.each([sha1, sha256, sha256.toUpperCase()])('%s: the file, who has it, and what we do about it', async (hash) => {
    const { ask, hold, calls } = await setUpKnown(simulator);
    await hold(held('FileSha256', sha256));
    const answer = await ask(`files/${hash}`);
    expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
    expect(fileViewSchema.parse(answer.json)).toEqual({
      file: {
        ...{ sha1, sha256, md5, size: 4_096, fileType: 'Dll', globalPrevalence: 12 },
        ...{ globalFirstObserved: expect.any(String), globalLastObserved: expect.any(String) },
        ...{ determinationType: 'Malware', determinationValue: 'X' },
      },
      ...{ organization, machines, alerts, indicator, errors: [] },
    });
    expect(calls()).toHaveLength(4);
  });

  it('404 when Defender knows nothing, with one call', async () => {
    const { ask, calls } = await setUpKnown(simulator);
    expect(await ask(`files/${'9'.repeat(40)}`)).toMatchObject(notFound);
    expect(calls()).toHaveLength(1);
  });

  it('a file that Defender knows by our indicator alone is known', async () => {
    const { ask, hold } = await setUpKnown(simulator);
    await hold(held('FileSha256', '9'.repeat(64)));
    const answer = await ask(`files/${'9'.repeat(64)}`);
    expect(fileViewSchema.parse(answer.json)).toEqual({
      ...{ file: { sha256: '9'.repeat(64) }, organization: { prevalence: 0 }, machines: [], alerts: [], indicator },
      errors: [],
    });
  });

  it('the file itself must be read; its parts are named', async () => {
    const { ask, without, control } = await setUpKnown(simulator);
    without('Alert.ReadWrite.All');
    control.faults.add({ fault: 'http-503', match: { path: `/api/files/${sha1}/stats` } });
    const view = fileViewSchema.parse((await ask(`files/${sha256}`)).json);
    expect(view.errors).toEqual([
      { pointer: '#/organization', code: 'temporarily_unavailable', detail: expect.any(String) },
      { pointer: '#/alerts', code: 'role_missing', detail: 'Needs Alert.ReadWrite.All.' },
    ]);
    expect([view.organization, view.alerts, view.machines]).toEqual([undefined, undefined, machines]);
    const other = await setUpKnown(simulator);
    other.without('File.Read.All');
    expect(await other.ask(`files/${sha256}`)).toMatchObject({
      ...{ status: 422, json: { code: 'role_missing', detail: 'Needs File.Read.All.' } },
    });
  });
});

describe('what names nothing', () => {
  it.each([
    [`files/${'1'.repeat(32)}`, 'hash'],
    ['files/xyz', 'hash'],
    ['domains/bad', 'name'],
    ['domains/a%2Fb.example', 'name'],
    ['domains/..', 'name'],
    ['ips/203.0.113', 'address'],
    ['ips/203.0.113.9%2F24', 'address'],
    ['ips/1%27%20or', 'address'],
    ['ips/fe80::1%25eth0', 'address'],
  ])('%s is refused, unasked', async (path, parameter) => {
    const { ask, calls } = await setUpKnown(simulator);
    expect(await ask(path)).toMatchObject({
      ...{ status: 400, json: { code: 'invalid_field', errors: [{ parameter, code: 'invalid_format' }] } },
    });
    expect(calls()).toEqual([]);
  });
});
