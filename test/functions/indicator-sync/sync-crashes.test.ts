import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import { stepsUntil } from '../../builders/crashes.ts';
import { carryOn, names, syncOnce, tenantId } from '../../builders/indicator-sync.ts';
import type { Instance } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setUpIndicatorSync, shown } from '../../builders/sync-world.ts';
import type { SyncWorld } from '../../builders/sync-world.ts';
import { minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const kept = names(3);
const gone = names(3, 3);
const come = names(3, 6);

/** A tenant that holds Audit rows, of which some are to go, some to change to Block, and new ones to come. */
async function worldWithWork(): Promise<SyncWorld> {
  const world = await setUpIndicatorSync(simulator);
  const { server, instance, control } = world;
  control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'theirs.example' }]);
  await server.put('blocklist', { apply: { action: 'Audit' } });
  await server.publish('blocklist', [...kept, ...gone]);
  await syncOnce(instance);
  await server.put('blocklist', { apply: { action: 'Block' } });
  await server.publish('blocklist', [...kept, ...come]);
  control.clock.advance(5 * minuteMs);
  return world;
}

const target = [
  ...[...kept, ...come].map((name) => `DomainName|${name} Block ours`),
  'DomainName|theirs.example Block ana@example.test',
];

/** The tenant holds what it should, each value once, and the ledger says the same; a further sync has nothing to do. */
async function expectConverged({ rows, control }: SyncWorld, instance: Instance): Promise<void> {
  expect(shown(rows())).toEqual(target);
  const { ledger } = await instance.ledgers.read(tenantId);
  expect([...ledger.values()].every(({ pending, refused }) => pending === undefined && refused === undefined)).toBe(
    true,
  );
  const ours = rows().filter(({ indicatorValue }) => indicatorValue !== 'theirs.example');
  expect([...ledger.values()].map(({ indicatorId }) => indicatorId).sort()).toEqual(ours.map(({ id }) => id).sort());
  control.log.clear();
  await syncOnce(instance);
  expect(control.log.entries({ path: '/api' })).toEqual([]);
}

const steps = ['ledger', 'delete', 'import', 'delete', 'ledger'];
const deaths = steps.flatMap((step, i) =>
  (['before', 'after'] as const).map((when) => ({ step, at: i + 1, when, name: `${when} step ${i + 1}, ${step}` })),
);

describe('a process that dies', () => {
  it('would have made these steps', async () => {
    const world = await worldWithWork();
    const { made, changes } = stepsUntil();
    const instance = await world.another(changes);
    expect(await syncOnce(instance)).toMatchObject({
      status: 'Succeeded',
      result: { added: 3, changed: 3, removed: 3 },
    });
    expect(made).toEqual(steps);
    await expectConverged(world, instance);
  });

  it.each(deaths)('$name: the next run converges, and doubles nothing', async (death) => {
    const world = await worldWithWork();
    const dying = await world.another(stepsUntil(death).changes);
    const operation = await syncOnce(dying);
    expect(operation.status).not.toBe('Succeeded');
    world.control.clock.advance(2 * minuteMs);
    const alive = await world.another();
    expect(await carryOn(alive, operation)).toMatchObject({ status: 'Succeeded' });
    await expectConverged(world, alive);
  });

  it('again and again, at another step each time, converges in the end', async () => {
    const world = await worldWithWork();
    let operation = await syncOnce(await world.another(stepsUntil({ at: 3, when: 'after' }).changes));
    for (const death of deaths.slice(1, 6)) {
      world.control.clock.advance(40 * minuteMs);
      operation = await carryOn(await world.another(stepsUntil(death).changes), operation);
    }
    world.control.clock.advance(60 * minuteMs);
    const alive = await world.another();
    operation = await carryOn(alive, operation);
    await syncOnce(alive);
    await expectConverged(world, alive);
  });
});

describe('a reply that is lost', () => {
  it.each([
    ['import', 'once'],
    ['BatchDelete', 'once'],
    ['import', 'every time'],
    ['BatchDelete', 'every time'],
  ])('of %s, %s: nothing is doubled, and the next run converges', async (call, howOften) => {
    const world = await worldWithWork();
    const { control, instance } = world;
    const match = { path: `/api/indicators/${call}` };
    control.faults.add({ fault: 'drop-after', match, ...(howOften === 'once' ? { times: 1 } : {}) });
    let operation = await syncOnce(instance);
    expect(operation.status).toBe(howOften === 'once' ? 'Succeeded' : 'Running');
    if (howOften !== 'once') {
      expect(operation).toMatchObject({ stage: 'Applying', attempts: 1 });
      control.faults.clear();
      control.clock.advance(2 * minuteMs);
      operation = await carryOn(instance, operation);
    }
    expect(operation.status).toBe('Succeeded');
    await expectConverged(world, instance);
  });

  it('of the list: nothing is sent', async () => {
    const world = await worldWithWork();
    const before = shown(world.rows());
    world.control.faults.add({ fault: 'truncated', match: { path: '/api/indicators', method: 'GET' } });
    expect(await syncOnce(world.instance)).toMatchObject({ status: 'NotStarted', attempts: 1 });
    expect(shown(world.rows())).toEqual(before);
  });
});

describe('a worker that was taken over', () => {
  it('writes neither the ledger nor the operation, whatever it comes back with', async () => {
    const world = await worldWithWork();
    const { control } = world;
    const fresh = await world.another();
    const late = (real: DefenderIndicators): DefenderIndicators => ({
      ...real,
      importIndicators: async (...call) => {
        const answer = await real.importIndicators(...call);
        // Its answer takes longer than its lease; meanwhile another process does all of the work.
        control.clock.advance(2 * minuteMs);
        await fresh.work.drain('sync', { budgetMs: 45_000 });
        return answer;
      },
    });
    const stale = await world.another({ indicators: late });
    const operation = await syncOnce(stale);
    expect(operation).toMatchObject({ status: 'Succeeded' });
    expect(stale.lines.join('\n')).toContain('claim.lost');
    await expectConverged(world, fresh);
  });
});
