import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs, machineId, setUpFollowing, tenantId } from '../../builders/follow-alerts.ts';
import type { PartChanges } from '../../builders/follow-alerts.ts';
import { defenderAt, startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { createAlertChanges } from '../../../shared/defender/alert-changes.client.ts';
import type { Defender } from '../../../shared/defender/call.ts';
import type { Tables } from '../../../shared/tables.client.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** A process that dies at its `at`th write, before or after it is made; from then on it does nothing. */
function dyingAt(at: number, when: 'before' | 'after', writes: string[] = []): PartChanges {
  const step = async <T>(name: string, make: () => Promise<T>): Promise<T> => {
    if (writes.length >= at) throw new Error('The process is dead.');
    writes.push(name);
    const isLast = writes.length === at;
    if (isLast && when === 'before') throw new Error('The process died.');
    const made = await make();
    if (isLast) throw new Error('The process died.');
    return made;
  };
  return ({ cursors, followed, work }) => ({
    cursors: {
      ...cursors,
      begin: (...given) => step('begin', () => cursors.begin(...given)),
      write: (...given) => step('cursor', () => cursors.write(...given)),
    },
    followed: { ...followed, write: (...given) => step('known', () => followed.write(...given)) },
    work: { addCallbacks: (...given) => step('callbacks', () => work.addCallbacks(...given)) },
  });
}

const deaths = [1, 2, 3, 4].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]);

describe('a process that dies', () => {
  it('writes in this order', async () => {
    const { control, open, tick, makeAlert } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    const writes: string[] = [];
    await tick(open(dyingAt(99, 'after', writes)));
    expect(writes).toEqual(['cursor', 'callbacks', 'known', 'cursor']);
  });

  it.each(deaths)('at its write %i (%s) loses nothing, and tells under the same id', async (at, when) => {
    const { control, open, delivered, instance, makeAlert, observe } = await setUpFollowing(simulator);
    await observe('Medium');
    await makeAlert('da1_1');
    await instance.runTimer();
    await delivered();
    control.clock.advance(5 * minuteMs);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    await open(dyingAt(at, when)).runTimer();
    const first = await delivered();
    control.clock.advance(5 * minuteMs);
    await instance.runTimer();
    const all = [...first, ...(await delivered())];
    expect(new Set(all.map(({ id }) => id)).size).toBe(2);
    expect(new Set(all.map(({ event }) => event.type))).toEqual(new Set(['alert.updated', 'alert.observed']));
    control.clock.advance(5 * minuteMs);
    await instance.runTimer();
    expect(await delivered()).toEqual([]);
  });
});

describe('two instances', () => {
  it('at once tell everything once', async () => {
    const { control, open, instance, delivered, observe } = await setUpFollowing(simulator);
    await observe('Low');
    const other = open();
    await Promise.all([instance, other].map(({ runTimer }) => runTimer()));
    const alertIds: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      control.clock.advance(5 * minuteMs);
      const ids = Array.from({ length: 30 }, (_, i) => `da${round}_${i}`);
      control.alerts.seed(
        tenantId,
        ids.map((id) => ({ id, machineId, title: id, severity: 'High' })),
      );
      await Promise.all([instance, other].map(({ runTimer }) => runTimer()));
      alertIds.push(...ids);
    }
    const told = (await delivered()).map(({ event }) => 'alertId' in event.data && event.data.alertId);
    expect(told.toSorted()).toEqual(alertIds.toSorted());
  });

  it('do not take over from each other what is being told', async () => {
    const { control, open, instance, delivered, observe } = await setUpFollowing(simulator);
    await observe('Low');
    await instance.runTimer();
    control.clock.advance(5 * minuteMs);
    control.alerts.seed(tenantId, [{ machineId, title: 'new', severity: 'High' }]);
    const other = open();
    const slow = open(({ work }) => ({
      work: {
        addCallbacks: async (...given) => {
          await other.runTimer();
          expect(await delivered()).toEqual([]);
          await work.addCallbacks(...given);
        },
      },
    }));
    await slow.runTimer();
    expect(await delivered()).toHaveLength(1);
    await other.runTimer();
    expect(await delivered()).toEqual([]);
  });
});

describe('more than a turn takes', () => {
  it('is told in the next', async () => {
    const { control, open, instance, delivered, observe } = await setUpFollowing(simulator);
    await observe('Low');
    await instance.runTimer();
    control.clock.advance(minuteMs);
    const ids = Array.from({ length: 250 }, (_, i) => `da${i}_1`);
    control.alerts.seed(
      tenantId,
      ids.map((id) => ({ id, machineId, title: id, severity: 'High' })),
    );
    const slow = open(({ work }) => ({
      work: {
        addCallbacks: async (...given) => {
          control.clock.advance(30_000);
          await work.addCallbacks(...given);
        },
      },
    }));
    await slow.runTimer();
    const first = await delivered();
    control.clock.advance(5 * minuteMs);
    await instance.runTimer();
    const all = [...first, ...(await delivered())].map(({ id }) => id);
    expect([first.length, all.length, new Set(all).size]).toEqual([200, 250, 250]);
  });
});

describe('more than a page', () => {
  it('is told whole, in windows that are narrower', async () => {
    const pages: number[] = [];
    const world = await setUpFollowing(simulator);
    const { control, open, delivered, observe, calls } = world;
    await observe('Low');
    const small = open(({ changes }) => ({
      changes: { ...changes, Defender: inSmallPages(simulator, world.tables, pages) },
    }));
    await small.runTimer();
    for (let n = 0; n < 57; n += 1) {
      control.clock.advance(5_000 + n * 7);
      control.alerts.seed(tenantId, [{ id: `da${n}_1`, machineId, title: 't', severity: 'High' }]);
    }
    control.log.clear();
    await small.runTimer();
    expect((await delivered()).length).toBe(57);
    expect([calls().length > 5, Math.max(...pages)]).toEqual([true, 10]);
    await small.runTimer();
    expect(await delivered()).toEqual([]);
  });

  it('of one moment is read page by page', async () => {
    const world = await setUpFollowing(simulator);
    const { control, observe, open, delivered } = world;
    await observe('Low');
    const small = open(({ changes }) => ({
      changes: { ...changes, Defender: inSmallPages(simulator, world.tables, []) },
    }));
    await small.runTimer();
    control.alerts.seed(
      tenantId,
      Array.from({ length: 25 }, () => ({ machineId, title: 't', severity: 'High' })),
    );
    control.clock.advance(minuteMs);
    control.alerts.seed(tenantId, [{ machineId, title: 'later', severity: 'High' }]);
    await small.runTimer();
    const told = (await delivered()).map(({ event }) => 'alertId' in event.data && event.data.alertId);
    expect(new Set(told).size).toBe(26);
    expect(told).toHaveLength(26);
    await small.runTimer();
    expect(await delivered()).toEqual([]);
  });
});

function inSmallPages(at: Simulator, tables: Tables, pages: number[]) {
  const defender = defenderAt(at, tables);
  const list: Defender['list'] = async (call) => {
    const page = await defender.list(call);
    pages.push(page.length);
    return page;
  };
  return createAlertChanges({ list }, { fullPage: 10 });
}
