import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerWith } from '../../builders/serve.ts';
import { minuteMs, tenantId } from '../../builders/alert-ingest.ts';
import { block, isolate, scan, setUpResponses, tag } from '../../builders/alert-responses.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const second = { id: 'finding-8842' };
const evidence = [
  { entityType: 'Ip', ipAddress: '203.0.113.9' },
  { entityType: 'Url', url: 'evil.example' },
  { entityType: 'Url', url: 'www.contoso.example' },
  { entityType: 'Ip', ipAddress: '10.0.0.5' },
];

describe('responses to an alert', () => {
  it('a scan and a tag start at once, for the caller of the alert', async () => {
    const { send, tick, started, actions, tags } = await setUpResponses(simulator, [scan, tag]);
    const alert = await send();
    expect(alert).toMatchObject({ status: 'Succeeded', result: { merged: false } });
    expect((await started(alert)).map(({ status, callerId }) => [status, callerId])).toEqual([
      ['NotStarted', 'soar'],
      ['NotStarted', 'soar'],
    ]);
    for (let i = 0; i < 2; i += 1) await tick();
    const [scanned, tagged] = await started(alert);
    expect(scanned).toMatchObject({ status: 'Succeeded', result: { action: 'RunAntiVirusScan' } });
    expect(tagged).toMatchObject({ status: 'Succeeded', result: { action: 'AddTag' } });
    expect(actions()).toMatchObject([
      {
        type: 'RunAntiVirusScan',
        requestorComment: `Response to alert finding-8841: Beacon to known command-and-control server [${scanned?.id}]`,
      },
    ]);
    expect(tags()).toEqual(['beacon']);
  });

  it('an isolation is held until another caller approves it, and then really sent', async () => {
    const { app, send, tick, started, actions, approve } = await setUpResponses(simulator, [isolate]);
    const alert = await send();
    await tick();
    const [held] = await started(alert);
    const id = held?.id ?? '';
    expect(held).toMatchObject({ status: 'Running', stage: 'AwaitingApproval' });
    expect(actions()).toEqual([]);

    const self = await app.ask('approveAction', callerWith('actions:approve'), {
      ...{ method: 'POST', params: { tenantId, operationId: id }, json: { approvedBy: 'ana@example.test' } },
    });
    expect([self.status, actions()]).toEqual([403, []]);
    expect((await approve(id)).status).toBeLessThan(300);
    expect(actions()).toMatchObject([{ type: 'Isolate' }]);
    expect(actions()[0]?.requestorComment).toContain(`(approved by ana@example.test) [${id}]`);
    await tick();
    expect((await started(alert))[0]).toMatchObject({
      status: 'Succeeded',
      result: { approvedBy: 'ana@example.test', machineActionStatus: 'Succeeded' },
    });
  });

  it('evidence is blocked in Defender through the guard, and gone after its time', async () => {
    const { send, tick, rows } = await setUpResponses(simulator, [block]);
    const { id, status, result } = await send({ evidence });
    expect([status, result?.responses]).toEqual(['Succeeded', undefined]);
    await tick();
    expect(rows().map(({ indicatorValue, action }) => [indicatorValue, action])).toEqual([
      ['203.0.113.9', 'Block'],
      ['evil.example', 'Block'],
    ]);
    expect(rows().every(({ description }) => description.includes(`[${id}]`))).toBe(true);
    await tick(58 * minuteMs);
    expect(rows()).toHaveLength(2);
    await tick(minuteMs);
    expect(rows()).toEqual([]);
  });

  it('the reserve is kept: of two rows the one that there is room for', async () => {
    const { send, tick, rows, setPolicy, control } = await setUpResponses(simulator, [block]);
    await setPolicy({ indicators: { reserve: 14_998 } });
    control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'theirs.example' }]);
    await send({ evidence });
    await tick();
    expect(rows()).toHaveLength(2);
  });

  it.each([
    ['severity fits', { severity: ['High'] }, 1],
    ['severity does not', { severity: ['Low', 'Medium'] }, 0],
    ['category fits', { category: ['Ransomware', 'CommandAndControl'] }, 1],
    ['category does not', { category: ['Ransomware'] }, 0],
    ['one of both does not', { severity: ['High'], category: ['Ransomware'] }, 0],
  ])('filters: %s', async (_name, filter, expected) => {
    const { send, tick, operations, rows } = await setUpResponses(simulator, [{ ...tag, ...block, ...filter }]);
    expect((await send()).result?.responses?.length ?? 0).toBe(expected);
    await tick();
    expect([(await operations('Action')).length, rows().length]).toEqual([expected, expected]);
  });

  it('the same response twice is one', async () => {
    const { send, tick, operations, rows } = await setUpResponses(simulator, [tag, block, { ...tag, ...block }]);
    expect((await send()).result?.responses).toHaveLength(1);
    await tick();
    expect([(await operations('Action')).length, rows().length]).toEqual([1, 1]);
  });

  it('an alert that was merged responds too, and the same webhook twice responds once', async () => {
    const { send, operations } = await setUpResponses(simulator, [tag]);
    const first = await send();
    expect(await send()).toMatchObject({ id: first.id });
    expect(await operations('Action')).toHaveLength(1);
    expect(await send(second)).toMatchObject({ result: { merged: true, responses: [expect.any(String)] } });
    expect(await operations('Action')).toHaveLength(2);
  });

  it('an alert that was made through Graph responds too', async () => {
    const { control, setPolicy, send, tick, tags } = await setUpResponses(simulator, [tag]);
    await setPolicy({ alerts: { fallback: 'GraphAlert', searchFor: 'PT0S', responses: [tag] } });
    control.events.clear(tenantId);
    expect(await send()).toMatchObject({ status: 'Succeeded', result: { responses: [expect.any(String)] } });
    await tick();
    expect(tags()).toEqual(['beacon']);
  });

  it('an alert that is only observed starts nothing, and says so', async () => {
    const { setPolicy, send, tick, operations, rows } = await setUpResponses(simulator, []);
    await setPolicy({ alerts: { mode: 'Observe', responses: [tag, block] } });
    const { status, result } = await send();
    expect([status, result?.observed, result?.responses]).toEqual(['Succeeded', true, undefined]);
    await tick();
    expect([await operations('Action'), rows()]).toEqual([[], []]);
  });

  it.each([
    ['may not be done', { allowed: ['Isolate'] }, { status: 'Failed', error: { code: 'refused_by_policy' } }],
    ['are observed', { mode: 'Observe' }, { status: 'Succeeded', result: { observed: true } }],
  ])('actions that %s: their own operation shows it, and the alert is as it should be', async (_name, rule, shown) => {
    const { setPolicy, send, tick, started, tags } = await setUpResponses(simulator, [tag]);
    await setPolicy({ actions: rule });
    const alert = await send();
    expect(alert.status).toBe('Succeeded');
    await tick();
    expect(await started(alert)).toMatchObject([shown]);
    expect(tags()).toEqual([]);
  });
});
