import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later, setPolicies, setUpDirect, submit } from '../../builders/direct-indicators.ts';
import { tenantId } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('an indicator that switches protection off', () => {
  const allowing = { actions: { mode: 'Live' }, indicators: { mode: 'Live', reserve: 0, allowAllowed: true } };
  const approve = ({ instance }: Awaited<ReturnType<typeof setUpDirect>>, id: string) =>
    instance.work.signal(tenantId, id, {
      ...{ name: 'approval', value: { approvedBy: 'ana@example.test' }, whileAt: 'AwaitingApproval' },
      progress: { stage: 'Submitting', result: { approvedBy: 'ana@example.test' } },
    });

  it('waits for a person, whose name is read in Defender', async () => {
    const world = await setUpDirect(simulator, allowing);
    const { instance, rows } = world;
    const waiting = await submit(instance, { action: 'Allowed' });
    expect(waiting).toMatchObject({ status: 'Running', stage: 'AwaitingApproval' });
    expect(rows()).toEqual([]);
    await approve(world, waiting.id);
    expect(await later(world, waiting)).toMatchObject({
      status: 'Succeeded',
      result: { approvedBy: 'ana@example.test', indicator: { action: 'Allowed' } },
    });
    expect(rows()).toMatchObject([
      { action: 'Allowed', description: `Case 17 (approved by ana@example.test) [${waiting.id}]` },
    ]);
  });

  it('is refused when the policy, or the time, is another one by then', async () => {
    const world = await setUpDirect(simulator, allowing);
    const { instance, control, rows } = world;
    const waiting = await submit(instance, { action: 'Allowed' });
    await setPolicies(instance, {});
    await approve(world, waiting.id);
    expect(await later(world, waiting)).toMatchObject({
      status: 'Failed',
      error: { code: 'refused_by_policy', rule: '#/policy/indicators/allowAllowed' },
    });
    await setPolicies(instance, allowing);
    const expirationTime = new Date(control.clock.now() + 60_000).toISOString();
    const short = await submit(instance, { action: 'Allowed', expirationTime });
    control.clock.advance(60_000);
    await approve(world, short.id);
    expect(await later(world, short)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(rows()).toEqual([]);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
  });
});
