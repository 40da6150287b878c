import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60_000;
const tagging = { method: 'POST', path: '/api/machines/*/tags' };

describe('a failure on the way', () => {
  it('503: answered 202 at once, done by the timer', async () => {
    const { send, later, control, work, calls, tags } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'http-503', match: tagging, times: 1 });
    const answer = await send();
    const { id, status, stage, attempts } = operationOf(answer);
    expect([answer.status, status, stage, attempts]).toEqual([202, 'Running', 'Submitting', 1]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', attempts: 1, result: { machine: pc1 } });
    expect([calls('POST').length, tags()]).toEqual([2, ['case-17']]);
  });

  it('the answer is lost after it was applied: looked for, not sent again', async () => {
    const { send, later, control, work, calls, tags } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'drop-after', match: tagging, times: 1 });
    const { id, status } = operationOf(await send());
    expect([status, tags()]).toEqual(['Running', ['case-17']]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: { machine: pc1 } });
    expect(calls('POST')).toMatchObject([{ applied: true, fault: 'drop-after' }]);
  });

  it('the connection breaks before it was applied: sent again', async () => {
    const { send, later, control, work, tags } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'drop-before', match: tagging, times: 1 });
    const { id } = operationOf(await send());
    expect(tags()).toEqual([]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded' });
    expect(tags()).toEqual(['case-17']);
  });

  it('throttled: waits as long as it is told, which is no attempt', async () => {
    const { send, later, control, work, calls } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'throttle', retryAfterSeconds: 90, match: tagging, times: 1 });
    const { id, attempts } = operationOf(await send());
    expect(attempts).toBe(0);
    await later(59_000); // a pass waits for what is due within 30 s
    expect(calls('POST')).toHaveLength(1);
    await later(minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  it('too late ends it, unless it was applied after all', async () => {
    const policy = { mode: 'Live', submitWithin: 'PT1M' };
    const lost = await setUpResponseAction(simulator, policy);
    lost.control.faults.add({ fault: 'drop-before', match: tagging, times: 1 });
    const { id } = operationOf(await lost.send());
    await lost.later(5 * minuteMs);
    expect(await lost.work.read(tenantId, id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(lost.calls('POST')).toHaveLength(1);

    const applied = await setUpResponseAction(simulator, policy);
    applied.control.faults.add({ fault: 'drop-after', match: tagging, times: 1 });
    const again = operationOf(await applied.send());
    await applied.later(5 * minuteMs);
    expect(await applied.work.read(tenantId, again.id)).toMatchObject({ status: 'Succeeded' });
  });

  it('canceled meanwhile: not sent again', async () => {
    const { send, drain, control, work, calls } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'drop-before', match: tagging, times: 1 });
    const { id } = operationOf(await send());
    expect((await work.cancel(tenantId, id)).outcome).toBe('requested');
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Canceled' });
    expect(calls('POST')).toHaveLength(1);
  });
});
