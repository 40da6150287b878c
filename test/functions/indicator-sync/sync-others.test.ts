import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncOnce, tenantId } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setPolicy, setUpIndicatorSync, shown } from '../../builders/sync-world.ts';
import { dayMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const theirs = (indicatorValue: string, action = 'Block') =>
  ({ indicatorType: 'DomainName', indicatorValue, action, title: 'By hand' }) as const;

describe('rows that others made', () => {
  it('are never touched or imported over, with whatever action, scope or spelling', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    control.indicators.seed(tenantId, [
      theirs('audit.bad.example', 'Audit'),
      theirs('block.bad.example'),
      theirs('allow.bad.example', 'Allowed'),
      { ...theirs('group.bad.example'), rbacGroupNames: ['Laptops'] },
      { ...theirs('another-app.bad.example'), sourceType: 'AadApp', createdBy: '99999999-0000-4000-8000-000000000000' },
      { ...theirs('Spelled.Bad.Example.') },
      theirs('unknown.example', 'AlertAndBlock'),
    ]);
    const before = rows();
    await server.put('blocklist');
    const values = ['audit', 'block', 'allow', 'group', 'another-app', 'spelled', 'free'];
    await server.publish(
      'blocklist',
      values.map((name) => `${name}.bad.example`),
    );
    expect(await syncOnce(instance)).toMatchObject({
      status: 'Succeeded',
      result: { added: 1, changed: 0, removed: 0 },
    });
    expect(rows().slice(0, before.length)).toEqual(before);
    expect(
      rows()
        .map(({ indicatorValue }) => indicatorValue)
        .at(-1),
    ).toBe('free.bad.example');
    expect(await instance.states.read(tenantId)).toMatchObject({
      others: { count: 7 },
      leftOut: { held_by_customer: 6 },
    });

    await server.publish('blocklist', []);
    await syncOnce(instance);
    expect(rows()).toEqual(before);
  });

  it('are not imported over when they were made after the last list', async () => {
    const { instance, server, control, rows, calls } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', ['a.bad.example']);
    await syncOnce(instance);
    control.clock.advance(10 * minuteMs);
    control.indicators.seed(tenantId, [theirs('b.bad.example', 'Audit')]);
    const before = rows();
    control.log.clear();
    await server.publish('blocklist', ['a.bad.example', 'b.bad.example', 'c.bad.example']);
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 1 } });
    expect(rows().slice(0, 2)).toEqual(before);
    expect(shown(rows())).toEqual([
      'DomainName|a.bad.example Audit ours',
      'DomainName|b.bad.example Audit ana@example.test',
      'DomainName|c.bad.example Audit ours',
    ]);
    expect(calls()).toEqual(['GET /api/indicators?', 'POST /api/indicators/import']);
  });

  it('are not imported over by a renewal or a change either: ours beside theirs is withdrawn', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', { apply: { expiresAfter: 'P2D' } });
    await server.publish('blocklist', ['a.bad.example', 'b.bad.example']);
    await syncOnce(instance);
    control.clock.advance(dayMs - 8 * 3_600_000);
    await syncOnce(instance);
    const [ours] = rows();
    control.indicators.delete(tenantId, [ours?.id ?? '']);
    control.indicators.seed(tenantId, [theirs('a.bad.example', 'Audit'), theirs('b.bad.example', 'Allowed')]);
    control.clock.advance(8 * 3_600_000);
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 0, renewed: 0 } });
    expect(shown(rows())).toEqual([
      'DomainName|a.bad.example Audit ana@example.test',
      'DomainName|b.bad.example Allowed ana@example.test',
    ]);
  });

  it('count against the room: never more rows than the limit less the reserve', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await setPolicy(instance, { mode: 'Live', reserve: 14_990 });
    control.indicators.seed(tenantId, [theirs('x.bad.example'), theirs('y.bad.example')]);
    await server.put('blocklist');
    await server.publish(
      'blocklist',
      Array.from({ length: 12 }, (_, i) => `n${i}.bad.example`),
    );
    expect((await syncOnce(instance)).result).toMatchObject({ added: 8, cut: 4 });
    expect(rows()).toHaveLength(10);
    control.indicators.seed(tenantId, [theirs('z.bad.example')]);
    control.clock.advance(dayMs);
    expect((await syncOnce(instance)).result).toMatchObject({ added: 0, removed: 1, cut: 5 });
    expect(rows()).toHaveLength(10);
  });
});

describe('what others did to our rows', () => {
  it('is repaired once a day, and told', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', ['a.bad.example', 'b.bad.example']);
    await syncOnce(instance);
    control.indicators.delete(tenantId, [rows()[0]?.id ?? '']);
    await syncOnce(instance);
    expect(rows()).toHaveLength(1);
    control.clock.advance(dayMs);
    expect((await syncOnce(instance)).result).toMatchObject({ added: 1 });
    expect(rows()).toHaveLength(2);
    const state = await instance.states.read(tenantId);
    expect(state).toMatchObject({ drift: { missing: 1, changed: 0 }, lastReconciledAt: '2025-03-04T04:00:00Z' });
    await server.publish('blocklist', ['a.bad.example', 'b.bad.example', 'c.bad.example']);
    await syncOnce(instance);
    expect((await instance.states.read(tenantId))?.drift).toEqual({ missing: 1, changed: 0 });
  });
});
