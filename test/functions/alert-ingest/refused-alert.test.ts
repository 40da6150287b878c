import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finding, setUpAlertIngest } from '../../builders/alert-ingest.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('refused', () => {
  it('echo: an alert of ours by its description', async () => {
    const { send } = await setUpAlertIngest(simulator);
    const description = `Again [op_${'a'.repeat(26)}]`;
    expect(await send({ data: { ...finding, description } })).toMatchObject({ status: 422, json: { code: 'echo' } });
  });

  it('echo: an alert that we made', async () => {
    const { send } = await setUpAlertIngest(simulator);
    const id = operationOf(await send()).result?.alertId;
    expect(await send({ key: 'key-2', data: { ...finding, id } })).toMatchObject({
      status: 422,
      json: { code: 'echo' },
    });
  });

  it.each([['2026-10-20T09:00:00Z'], ['2026-11-20T10:06:00Z']])('a time out of the window: %s', async (time) => {
    const { send } = await setUpAlertIngest(simulator);
    expect(await send({ data: { ...finding, eventTime: time } })).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '#/data/eventTime', code: 'invalid_value' }] },
    });
  });

  it('below the severity that the tenant takes', async () => {
    const { send } = await setUpAlertIngest(simulator, { minimumSeverity: 'High' });
    expect(await send({ data: { ...finding, severity: 'Medium' } })).toMatchObject({
      status: 422,
      json: { code: 'refused_by_policy', rule: '#/policy/alerts/minimumSeverity' },
    });
  });

  it('more than the tenant takes in 24 hours, until a day has gone by', async () => {
    const { send, control } = await setUpAlertIngest(simulator, { maxPerDay: 2, mode: 'Observe' });
    const sendNth = (n: number) =>
      send({
        key: `key-${n}`,
        data: { ...finding, id: `finding-${n}`, eventTime: new Date(control.clock.now()).toISOString() },
      });
    expect([(await sendNth(1)).status, (await sendNth(2)).status]).not.toContain(422);
    const refused = { status: 422, json: { code: 'refused_by_policy', rule: '#/policy/alerts/maxPerDay' } };
    expect(await sendNth(3)).toMatchObject(refused);
    control.clock.advance(24 * 3_600_000 - 1);
    expect(await sendNth(4)).toMatchObject(refused);
    control.clock.advance(31_000);
    expect((await sendNth(5)).status).not.toBe(422);
  });

  it('a tenant that leaves', async () => {
    const { send, change } = await setUpAlertIngest(simulator);
    await change({ connection: 'Removing' });
    expect(await send()).toMatchObject({ status: 409, json: { code: 'tenant_removing' } });
  });
});

it('is of its tenant alone', async () => {
  const { send } = await setUpAlertIngest(simulator);
  const envelope = { tenantId: world.otherTenantId };
  expect(await send({ envelope })).toMatchObject({ status: 400, json: { errors: [{ pointer: '#/tenantId' }] } });
});
