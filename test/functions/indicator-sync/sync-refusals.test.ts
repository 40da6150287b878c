import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { names, syncOnce, tenantId, tick } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setPolicy, setUpIndicatorSync, shown } from '../../builders/sync-world.ts';
import type { SyncWorld } from '../../builders/sync-world.ts';
import { dayMs, hourMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const indicatorKeys = ['default', 'value+type+scope', 'conflict'] as const;

/** Rows as they should be: ours, each once. */
const ours = (values: readonly string[], action: string) =>
  values.map((name) => `DomainName|${name} ${action} ours`).sort();

async function publishedWith(world: SyncWorld, document: object, values: readonly string[]): Promise<void> {
  await world.server.put('blocklist', document);
  await world.server.publish('blocklist', values);
}

describe('a changed action', () => {
  it.each(indicatorKeys)('ends in one row of ours with the new action: %s', async (indicatorKey) => {
    const world = await setUpIndicatorSync(simulator);
    const { instance, server, control, rows } = world;
    control.switches.change({ indicatorKey });
    await publishedWith(world, { apply: { action: 'Audit' } }, names(600));
    await syncOnce(instance);
    expect(shown(rows())).toEqual(ours(names(600), 'Audit'));
    control.clock.advance(minuteMs);
    await server.put('blocklist', { apply: { action: 'Block' } });
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { changed: 600, rejected: 0 } });
    expect(shown(rows())).toEqual(ours(names(600), 'Block'));
    control.log.clear();
    await syncOnce(instance);
    expect(control.log.entries({ path: '/api' })).toEqual([]);
    expect(ledgerIds(await instance.ledgers.read(tenantId))).toEqual(
      rows()
        .map(({ id }) => id)
        .sort(),
    );
  });

  it.each(indicatorKeys)('works in a tenant that is full: %s', async (indicatorKey) => {
    const world = await setUpIndicatorSync(simulator);
    const { instance, server, control, rows } = world;
    control.switches.change({ indicatorKey, indicatorLimit: 20 });
    await publishedWith(world, { apply: { action: 'Audit' } }, names(20));
    await syncOnce(instance);
    await server.put('blocklist', { apply: { action: 'Warn' } });
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { changed: 20, rejected: 0 } });
    expect(shown(rows())).toEqual(ours(names(20), 'Warn'));
  });
});

describe('a changed action that is a conflict, and throttled before the row comes again', () => {
  it('is no row that the ledger believes in: the next run looks, and converges', async () => {
    const world = await setUpIndicatorSync(simulator);
    const { instance, server, control, rows } = world;
    control.switches.change({ indicatorKey: 'conflict' });
    await publishedWith(world, { apply: { action: 'Audit' } }, names(5));
    await syncOnce(instance);
    await server.put('blocklist', { apply: { action: 'Block' } });
    const match = { path: '/api/indicators/import' };
    control.faults.add({ fault: 'throttle', match, skip: 1, times: 1, retryAfterSeconds: 30 });
    const operation = await syncOnce(instance);
    expect(operation).toMatchObject({ status: 'Running', attempts: 0 });
    expect(rows()).toEqual([]);
    // Back to what it was: believing the ledger of before would leave the tenant without its rows.
    await server.put('blocklist', { apply: { action: 'Audit' } });
    control.clock.advance(minuteMs);
    expect(await syncOnce(instance)).toMatchObject({ id: operation.id, status: 'Succeeded' });
    expect(shown(rows())).toEqual(ours(names(5), 'Audit'));
  });
});

function ledgerIds({ ledger }: Awaited<ReturnType<SyncWorld['instance']['ledgers']['read']>>): (string | undefined)[] {
  return [...ledger.values()].map(({ indicatorId }) => indicatorId).sort();
}

describe('a row that Defender refuses', () => {
  const values = [...names(4), 'refused.bad.example'];
  const refusing = async (importFailure: 'per-item' | 'whole-body') => {
    const world = await setUpIndicatorSync(simulator);
    world.control.switches.change({ importFailure, rejectMd5: true });
    await world.server.put('hashes', { select: { types: ['FileMd5', 'DomainName'] } }, { kind: 'List' });
    await world.server.publish('hashes', [...values.slice(0, 4), 'd41d8cd98f00b204e9800998ecf8427e']);
    return world;
  };

  it.each(['per-item', 'whole-body'] as const)(
    'is found, kept, and not sent again for a day: %s',
    async (importFailure) => {
      const { instance, control, rows, calls } = await refusing(importFailure);
      expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 4, rejected: 1 } });
      expect(shown(rows())).toEqual(ours(names(4), 'Audit'));
      const entry = (await instance.ledgers.read(tenantId)).ledger.get('FileMd5|d41d8cd98f00b204e9800998ecf8427e');
      expect(entry).toMatchObject({ refused: { at: '2025-03-03T04:00:00Z' } });
      expect(entry?.refused?.reason).toMatch(importFailure === 'per-item' ? /indicatorType: FileMd5/ : /InvalidInput/);

      control.log.clear();
      control.clock.advance(10 * minuteMs);
      expect((await syncOnce(instance)).result).toMatchObject({ added: 0, rejected: 0 });
      expect(calls()).toEqual([]);
      expect(await instance.states.read(tenantId)).toMatchObject({ leftOut: { defender_refused: 1 } });

      control.switches.change({ rejectMd5: false });
      control.clock.advance(dayMs);
      expect((await syncOnce(instance)).result).toMatchObject({ added: 1, rejected: 0 });
      expect(rows()).toHaveLength(5);
    },
  );

  it('leaves the row that stands when only its words were to change', async () => {
    const world = await setUpIndicatorSync(simulator);
    const { instance, server, control, rows } = world;
    const select = { types: ['FileMd5', 'DomainName'] };
    await server.put('hashes', { select }, { kind: 'List' });
    await server.publish('hashes', ['d41d8cd98f00b204e9800998ecf8427e']);
    await syncOnce(instance);
    const before = rows();
    control.switches.change({ rejectMd5: true });
    await server.put('hashes', { select, apply: { description: 'New words.' } }, { kind: 'List' });
    expect((await syncOnce(instance)).result).toMatchObject({ changed: 0, rejected: 1 });
    expect(rows()).toEqual(before);
    expect(ledgerIds(await instance.ledgers.read(tenantId))).toEqual([before[0]?.id]);
    control.switches.change({ rejectMd5: false });
    control.clock.advance(dayMs);
    expect((await syncOnce(instance)).result).toMatchObject({ changed: 1 });
    expect(rows().map(({ description }) => description)).toEqual(['New words.']);
  });

  it('leaves its room to others within the hour, and is tried again after a day', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    control.switches.change({ rejectMd5: true });
    await setPolicy(instance, { mode: 'Live', reserve: 14_998 });
    const select = { types: ['FileMd5'] };
    await server.put('first', { select, apply: { severity: 'High' } }, { kind: 'List' });
    await server.put('second');
    await server.publish('first', ['d41d8cd98f00b204e9800998ecf8427e']);
    await server.publish('second', names(2));
    await tick(instance.syncTenants);
    expect(rows()).toHaveLength(1);
    expect(await instance.states.read(tenantId)).toMatchObject({ leftOut: { over_capacity: 1, defender_refused: 1 } });
    control.clock.advance(hourMs);
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual(ours(names(2), 'Audit'));
    control.switches.change({ rejectMd5: false });
    control.clock.advance(dayMs - hourMs);
    await tick(instance.syncTenants);
    expect(shown(rows())).toEqual([
      'DomainName|n0.bad.example Audit ours',
      'FileMd5|d41d8cd98f00b204e9800998ecf8427e Audit ours',
    ]);
  });

  it('does not keep many good ones from their place', async () => {
    const { instance, control, server, rows } = await refusing('whole-body');
    await server.publish('hashes', [...names(400), 'd41d8cd98f00b204e9800998ecf8427e', ...names(99, 400)]);
    let operation = await syncOnce(instance);
    for (let i = 0; operation.status === 'Running' && i < 3; i += 1) {
      control.clock.advance(2 * minuteMs);
      operation = await syncOnce(instance);
    }
    expect(operation).toMatchObject({ status: 'Succeeded', attempts: 0, result: { added: 499, rejected: 1 } });
    expect(shown(rows())).toEqual(ours(names(499), 'Audit'));
  });
});

describe('BatchDelete', () => {
  it.each(['atomic', 'known-then-404', 'known-then-204'] as const)(
    'takes out what is ours, also when some of it is gone already: %s',
    async (batchDelete) => {
      const world = await setUpIndicatorSync(simulator);
      const { instance, server, control, rows } = world;
      control.switches.change({ batchDelete });
      control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'theirs.example' }]);
      await publishedWith(world, {}, names(30));
      await syncOnce(instance);
      control.indicators.delete(
        tenantId,
        rows()
          .slice(1, 8)
          .map(({ id }) => id),
      );
      await server.publish('blocklist', names(10, 20));
      expect((await syncOnce(instance)).result).toMatchObject({ removed: 20, added: 0 });
      expect(shown(rows())).toEqual([
        ...ours(names(10, 20), 'Audit'),
        'DomainName|theirs.example Block ana@example.test',
      ]);
      expect((await instance.ledgers.read(tenantId)).ledger.size).toBe(10);
    },
  );
});

describe('a tenant that has less room than it should', () => {
  it.each(['per-item', 'whole-body'] as const)(
    'takes what fits, and is not asked again for a day: %s',
    async (limitAnswer) => {
      const world = await setUpIndicatorSync(simulator);
      const { instance, control, rows, calls } = world;
      control.switches.change({ indicatorLimit: 6, limitAnswer });
      await publishedWith(world, {}, names(8));
      expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 6, rejected: 2 } });
      expect(rows()).toHaveLength(6);
      control.log.clear();
      control.clock.advance(10 * minuteMs);
      await syncOnce(instance);
      expect(calls()).toEqual([]);
      expect(await instance.states.read(tenantId)).toMatchObject({ leftOut: { defender_refused: 2 } });
    },
  );
});
