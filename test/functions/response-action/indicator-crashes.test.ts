import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsUntil } from '../../builders/crashes.ts';
import type { Death } from '../../builders/crashes.ts';
import { accept, ask, block, setUpDirect, submit } from '../../builders/direct-indicators.ts';
import { syncOnce, tenantId } from '../../builders/indicator-sync.ts';
import type { Instance } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { shown } from '../../builders/sync-world.ts';
import type { SyncWorld } from '../../builders/sync-world.ts';
import { minuteMs } from '../../builders/work.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { indicatorType, indicatorValue } = block;
const identity = { indicatorType, indicatorValue };

const deathsAt = (steps: readonly string[]) =>
  steps.flatMap((step, i) =>
    (['before', 'after'] as const).map((when) => ({ at: i + 1, when, name: `${when} step ${i + 1}, ${step}` })),
  );

/** A process carries an action and dies; another one goes on when the leases have ended. Gives the operation as it ends. */
async function carriedThrough(world: SyncWorld, death: Death, data: object): Promise<Operation> {
  const dying = await world.another(stepsUntil(death).changes);
  const accepted = await accept(dying, data);
  await dying.work.perform(accepted).catch(() => undefined);
  const next = await world.another();
  return untilEnded(world, next, accepted.operation);
}

async function untilEnded({ control }: SyncWorld, { work }: Instance, { id }: Operation): Promise<Operation> {
  for (let i = 0; i < 6; i += 1) {
    control.clock.advance(2 * minuteMs);
    await work.drain('actions', { budgetMs: 45_000 });
    await work.drain('sync', { budgetMs: 45_000 });
    const operation = await work.read(tenantId, id);
    if (operation !== undefined && !['NotStarted', 'Running'].includes(operation.status)) return operation;
  }
  return expect.fail('The operation does not end.');
}

describe('a process that dies while it submits an indicator', () => {
  const steps = ['propose', 'ledger', 'import', 'ledger', 'settle'];

  it('makes these steps', async () => {
    const { another } = await setUpDirect(simulator);
    const { made, changes } = stepsUntil();
    await submit(await another(changes));
    expect(made).toEqual(steps);
  });

  it.each(deathsAt(steps))('is followed by one that ends it with one row: $name', async (death) => {
    const world = await setUpDirect(simulator);
    const operation = await carriedThrough(world, death, { action: 'SubmitIndicator', indicator: block });
    const [row] = world.rows();
    expect(operation).toMatchObject({ status: 'Succeeded', result: { indicator: { indicatorId: row?.id } } });
    expect(shown(world.rows())).toEqual(['DomainName|bad.example Block ours']);
    expect((await world.instance.direct.read(tenantId)).records).toMatchObject([{ operationId: operation.id }]);
    expect((await world.instance.direct.read(tenantId)).records[0]?.open).toBeUndefined();
  });
});

describe('a process that dies while it deletes an indicator', () => {
  const steps = ['propose', 'delete', 'ledger', 'settle'];

  it.each(deathsAt(steps))('is followed by one that ends it: $name', async (death) => {
    const world = await setUpDirect(simulator);
    await submit(world.instance);
    const data = { action: 'DeleteIndicator', indicator: identity };
    expect(await carriedThrough(world, death, data)).toMatchObject({ status: 'Succeeded' });
    expect(world.rows()).toEqual([]);
    expect((await world.instance.direct.read(tenantId)).records).toEqual([]);
    expect((await world.instance.ledgers.read(tenantId)).ledger.size).toBe(0);
  });
});

describe('a process that dies while it gives an indicator up', () => {
  it.each(['before', 'after'] as const)(
    'is followed by one that gives it up: %s what was noted is taken back',
    async (when) => {
      const world = await setUpDirect(simulator);
      world.control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'bad.example' }]);
      const { made, changes } = stepsUntil();
      await ask(await world.another(changes), { action: 'SubmitIndicator', indicator: block });
      const at = made.indexOf('take back') + 1;
      expect(at).toBeGreaterThan(0);
      const operation = await carriedThrough(world, { at, when }, { action: 'SubmitIndicator', indicator: block });
      expect(operation).toMatchObject({ status: 'Failed', error: { code: 'held_by_customer' } });
      expect((await world.instance.direct.read(tenantId)).records).toEqual([]);
      expect(world.rows()).toHaveLength(1);
    },
  );
});

describe('a process that dies whenever it has noted an indicator', () => {
  it('ends the action in the end, and the sync takes out what that left behind', async () => {
    const world = await setUpDirect(simulator);
    const { control, instance, another, rows } = world;
    const dying = await another({
      direct: (real) => ({
        ...real,
        find: () => Promise.reject(new Error('The process died.')),
      }),
    });
    const { operation } = await accept(dying, { action: 'SubmitIndicator', indicator: block });
    for (let passed = 0; passed < 6 * 60; passed += 30) {
      control.clock.advance(30 * minuteMs);
      await dying.work.drain('actions', { budgetMs: 45_000 });
    }
    expect(await instance.work.read(tenantId, operation.id)).toMatchObject({
      ...{ status: 'Failed', error: { code: 'attempts_exhausted' } },
    });
    for (let ticks = 0; ticks < 2; ticks += 1) await syncOnce(instance);
    expect([rows(), (await instance.direct.read(tenantId)).records]).toEqual([[], []]);
  });
});

describe('several at once', () => {
  it('a sync of the same tenant in another process and ten requests end with every row once', async () => {
    const world = await setUpDirect(simulator);
    const { instance, server, another, rows } = world;
    await server.put('blocklist', { apply: { action: 'Audit' } });
    const feed = Array.from({ length: 40 }, (_, i) => `f${i}.example`);
    await server.publish('blocklist', feed);
    const other = await another();
    const values = Array.from({ length: 10 }, (_, i) => `d${i}.example`);
    const [, ...asked] = await Promise.all([
      syncOnce(other),
      ...values.map((indicatorValue) => submit(instance, { indicatorValue })),
    ]);
    for (const operation of asked) if (operation.status === 'Running') await untilEnded(world, other, operation);
    const ends = await Promise.all(asked.map(({ id }) => instance.work.read(tenantId, id)));
    expect(ends.map((operation) => operation?.status)).toEqual(values.map(() => 'Succeeded'));
    expect(shown(rows())).toEqual(
      [
        ...values.map((value) => `DomainName|${value} Block ours`),
        ...feed.map((value) => `DomainName|${value} Audit ours`),
      ].sort(),
    );
  });

  it('submitting and deleting the same value end as the last one asked', async () => {
    const world = await setUpDirect(simulator);
    const { instance, control, rows } = world;
    await submit(instance);
    for (let round = 0; round < 3; round += 1) {
      control.clock.advance(minuteMs);
      const removal = await accept(instance, { action: 'DeleteIndicator', indicator: identity });
      control.clock.advance(1);
      const indicator = { ...block, action: 'Warn' };
      const submission = await accept(instance, { action: 'SubmitIndicator', indicator });
      const [first, last] = await Promise.all([instance.work.perform(removal), instance.work.perform(submission)]);
      for (const operation of [first, last])
        if (operation.status === 'Running') await untilEnded(world, instance, operation);
      expect(await instance.work.read(tenantId, last.id)).toMatchObject({ status: 'Succeeded' });
      expect(shown(rows())).toEqual(['DomainName|bad.example Warn ours']);
    }
  });
});
