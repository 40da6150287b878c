import { expect, test } from 'vitest';
import { pc1 } from '../../test-machines.ts';
import { nowMs, setUpAlerts } from '../../test-alerts.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpAlerts();
const poll = async (cursor: string, top = 10_000) =>
  bench.call('GET', `/api/alerts?$filter=lastUpdateTime+ge+${cursor}&$top=${top}&$expand=evidence`);
const idsSince = async (cursor: string): Promise<readonly unknown[]> => (await poll(cursor)).value.map(({ id }) => id);

test('every change of an alert brings it past the cursor again, and nothing else does', async () => {
  const { alerts, clock } = bench.control();
  const ours = String((await bench.create()).body['id']);
  const [theirs = { id: '' }] = alerts.seed(tenantId, [
    { machineId: pc1.id, title: 'of Defender', evidence: [{ entityType: 'File' }] },
  ]);
  let minute = 0;
  const after = async (change: () => unknown): Promise<readonly unknown[]> => {
    minute += 1;
    clock.freeze(nowMs + minute * 60_000);
    await change();
    return idsSince(new Date(nowMs + minute * 60_000).toISOString());
  };
  expect((await idsSince('2026-11-20T10:00:00Z')).toSorted()).toEqual([ours, theirs.id].toSorted());
  expect(await after(() => undefined)).toEqual([]);
  expect(await after(() => bench.call('PATCH', `/api/alerts/${ours}`, { status: 'InProgress' }))).toEqual([ours]);
  expect(await after(() => bench.call('PATCH', `/api/alerts/${ours}`, { comment: 'x' }))).toEqual([ours]);
  expect(await after(() => bench.call('PATCH', `/api/alerts/${ours}`, {}))).toEqual([]);
  expect(await after(() => bench.create())).toEqual([ours]);
  expect(
    await after(() => bench.call('POST', '/api/alerts/batchUpdate', { alertIds: [theirs.id], status: 'Resolved' })),
  ).toEqual([theirs.id]);
  expect(await after(() => alerts.triage(tenantId, ours, { status: 'Resolved', by: 'ben@example.test' }))).toEqual([
    ours,
  ]);
  expect(await after(() => alerts.addEvidence(tenantId, theirs.id, [{ entityType: 'Url' }]))).toEqual([theirs.id]);
  expect(await after(() => alerts.seed(tenantId, [{ id: 'da1_1', machineId: pc1.id, title: 'late' }]))).toEqual([
    'da1_1',
  ]);
});

test('a list with $top has no link, however many alerts there are; one without has', async () => {
  bench.control().alerts.seed(
    tenantId,
    Array.from({ length: 10_001 }, (_, n) => ({ id: `da${n}_1`, machineId: pc1.id, title: `t${n}` })),
  );
  const full = await poll('2026-11-20T10:00:00Z');
  expect(full.value).toHaveLength(10_000);
  expect(full.body).not.toHaveProperty('@odata.nextLink');
  expect((await poll('2026-11-20T10:00:00Z', 10_001)).code).toBe('ODataError');
  const first = await bench.call('GET', '/api/alerts?$filter=lastUpdateTime ge 2026-11-20T10:00:00Z');
  const link = new URL(String(first.body['@odata.nextLink']));
  expect((await bench.call('GET', `${link.pathname}${link.search}`)).value).toHaveLength(1);
});
