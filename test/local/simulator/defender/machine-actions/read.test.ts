import { beforeEach, describe, expect, test } from 'vitest';
import { setUpMachineActions } from '../../test-machine-actions.ts';
import { pc1, srv1 } from '../../test-machines.ts';
import { clientId, otherTenantId, tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachineActions();
const list = (query = ''): Promise<Answer> => bench.call('GET', `/api/machineactions${query}`);
const typesOf = ({ value }: Answer): readonly unknown[] => value.map(({ type }) => type);
let ids: readonly string[] = [];

/** A scan of pc1 at ten o'clock, a minute later its isolation, then a person's collection on srv1. */
beforeEach(async () => {
  const scan = await bench.start('RunAntiVirusScan');
  bench.pass(60_000);
  const isolation = await bench.start('Isolate');
  bench.pass(1_000);
  const { id } = bench.control().machineActions.add(tenantId, {
    ...{ type: 'CollectInvestigationPackage', machineId: srv1.id },
  });
  ids = [String(scan.body['id']), String(isolation.body['id']), id];
});

describe('list', () => {
  test('newest first, with the state of now', async () => {
    const answer = await list();
    expect(answer.body['@odata.context']).toMatch(/\/api\/\$metadata#MachineActions$/);
    expect(answer.value).toMatchObject([
      {
        type: 'CollectInvestigationPackage',
        status: 'Pending',
        requestor: 'ana@example.test',
        requestSource: 'Portal',
      },
      { type: 'Isolate', status: 'Pending', requestor: clientId, requestSource: 'PublicApi' },
      { type: 'RunAntiVirusScan', status: 'Succeeded', lastUpdateDateTimeUtc: '2026-11-20T10:00:05.0000000Z' },
    ]);
  });

  test.each([
    ["machineId eq '$pc1'", ['Isolate', 'RunAntiVirusScan']],
    ["machineId eq '$pc1' and type eq 'Isolate'", ['Isolate']],
    ["status eq 'Pending'", ['CollectInvestigationPackage', 'Isolate']],
    ["status in ('Succeeded','Failed')", ['RunAntiVirusScan']],
    ["id in ('$0','$2')", ['CollectInvestigationPackage', 'RunAntiVirusScan']],
    ["id in ['$1']", ['Isolate']],
    ["requestor eq 'ana@example.test'", ['CollectInvestigationPackage']],
    ['creationDateTimeUtc gt 2026-11-20T10:00:30Z', ['CollectInvestigationPackage', 'Isolate']],
    ["Type eq 'isolate' or not (MachineId eq '$pc1')", ['CollectInvestigationPackage', 'Isolate']],
  ])('filters by %s', async (filter, expected) => {
    const text = filter.replace('$pc1', pc1.id).replace(/\$(\d)/g, (_all, index: string) => ids[Number(index)] ?? '');
    expect(typesOf(await list(`?$filter=${encodeURIComponent(text)}`))).toEqual(expected);
  });

  test.each([
    ['?$top=1', ['CollectInvestigationPackage']],
    ['?$top=1&$skip=1', ['Isolate']],
    ['?$orderby=creationDateTimeUtc asc&$top=2', ['RunAntiVirusScan', 'Isolate']],
    ['?$orderby=CreationDateTimeUtc desc', ['CollectInvestigationPackage', 'Isolate', 'RunAntiVirusScan']],
    ['?$orderby=status,type desc', ['Isolate', 'CollectInvestigationPackage', 'RunAntiVirusScan']],
  ])('%s', async (query, expected) => {
    expect(typesOf(await list(query))).toEqual(expected);
  });

  test.each([
    '?$filter=scope eq ‘Full’',
    "?$filter=requestorComment eq 'c'",
    "?$filter=id in ('a'",
    '?$orderby=machine',
    '?$orderby=type up',
    '?$top=10001',
    '?$expand=commands',
  ])('refuses %s', async (query) => {
    const answer = await list(query);
    expect([answer.status, answer.code]).toEqual([400, 'ODataError']);
  });

  test('of one machine, and of another tenant', async () => {
    const ofMachine = (id: string): Promise<Answer> => bench.call('GET', `/api/machines/${id}/machineactions`);
    expect(typesOf(await ofMachine(pc1.id))).toEqual(['Isolate', 'RunAntiVirusScan']);
    expect((await ofMachine('nobody')).status).toBe(404);
    expect(bench.control().machineActions.list(otherTenantId)).toEqual([]);
  });
});

test('one, with and without the version segment; an unknown one', async () => {
  const answer = await bench.get(ids[0]?.toUpperCase());
  expect(answer.body).toMatchObject({ id: ids[0], type: 'RunAntiVirusScan', scope: 'Quick' });
  expect((await bench.call('GET', `/api/v1.0/MachineActions/${String(ids[0])}`)).body).toMatchObject({ id: ids[0] });
  const unknown = await bench.get('9e000000-0000-4000-8000-000000000010');
  expect([unknown.status, unknown.code]).toEqual([404, 'ResourceNotFound']);
});
