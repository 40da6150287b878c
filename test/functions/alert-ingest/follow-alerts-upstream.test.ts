import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otherTenantId, setUpFollowing, tenantId } from '../../builders/follow-alerts.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('what goes wrong', () => {
  it.each(['throttle', 'http-503', 'bad-json', 'drop-after'] as const)(
    '%s in one tenant is not the others’',
    async (fault) => {
      const { control, tick, makeAlert } = await setUpFollowing(simulator);
      await makeAlert('da1_1');
      await makeAlert('da9_9', { of: otherTenantId });
      await tick();
      control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
      control.alerts.change(otherTenantId, 'da9_9', { status: 'Resolved' });
      control.faults.add({ fault, match: { path: '/api/alerts*', tenantId } });
      expect(await tick()).toMatchObject([{ tenantId: otherTenantId }]);
      control.faults.clear();
      expect(await tick()).toMatchObject([{ tenantId, data: { status: 'Resolved' } }]);
    },
  );

  it('a tenant that lets us in no more is suspended', async () => {
    const { control, tick, makeAlert, instance } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    control.faults.add({ fault: 'expired-token-401', match: { path: '/api/alerts*' } });
    await tick();
    expect((await instance.tenants.get(tenantId))?.document).toMatchObject({ connection: 'Suspended' });
  });

  it('a role that is missing is logged', async () => {
    const { control, tick, makeAlert, lines } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'] });
    control.clock.advance(2 * 3_600_000);
    expect(await tick()).toEqual([]);
    expect(lines.some((line) => line.includes('alerts.unread') && line.includes('Alert.ReadWrite.All'))).toBe(true);
  });
});
