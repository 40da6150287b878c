import { describe, expect, test } from 'vitest';
import type { Later } from '../../../shared/work/carry.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, minuteMs, newOperation, pass, testWork } from '../../builders/work.ts';

const later = (dueAtMs: number, more: Partial<Later> = {}): Later => ({
  ...{ outcome: 'Later', dueAtMs, stage: 'Submitting' },
  ...more,
});

describe('inside the request', () => {
  test('it steps as long as the operation advances; every step sees what the ones before kept', async () => {
    const states: unknown[] = [];
    const { work } = testWork(await freshTables(), ({ state }, { now }) => {
      states.push(state);
      return Promise.resolve(
        states.length < 4 ? later(now(), { state: { step: states.length } }) : { outcome: 'Done' },
      );
    });
    const operation = await work.perform(await accepted(work));
    expect(states).toEqual([undefined, { step: 1 }, { step: 2 }, { step: 3 }]);
    expect(operation).toMatchObject({ status: 'Succeeded', version: 5, attempts: 0 });
    expect(operation).not.toHaveProperty('stage');
    expect(operation).not.toHaveProperty('nextAttemptAt');
  });

  test('a wait in the future ends it at once: running, with stage and next time', async () => {
    const { work, clock } = testWork(await freshTables(), (_carried, { now }) =>
      Promise.resolve(later(now() + minuteMs, { stage: 'Pending', result: { machineActionId: 'm' } })),
    );
    const operation = await work.perform(await accepted(work));
    expect(operation).toMatchObject({
      ...{ status: 'Running', stage: 'Pending', version: 2, attempts: 0, result: { machineActionId: 'm' } },
      nextAttemptAt: new Date(clock.now() + minuteMs).toISOString(),
    });
    expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
  });

  test('after the wait no new step starts, and the timer finds it due', async () => {
    let steps = 0;
    const { work, clock } = testWork(await freshTables(), (_carried, { now }) => {
      steps += 1;
      clock.move(3_000);
      return Promise.resolve(steps === 5 ? { outcome: 'Done' } : later(now()));
    });
    const operation = await work.perform(await accepted(work));
    expect(steps).toBe(2);
    expect(operation).toMatchObject({ status: 'Running', attempts: 0 });
    expect(await work.drain('actions', pass)).toEqual({ carried: 1 });
    expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  test('a carry that always has more to do at once is stopped', async () => {
    let steps = 0;
    const { work } = testWork(await freshTables(), (_carried, { now }) => {
      steps += 1;
      return Promise.resolve(later(now()));
    });
    expect(await work.perform(await accepted(work))).toMatchObject({ status: 'Running' });
    expect(steps).toBe(50);
  });

  test('what is left to the timer is due at once', async () => {
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }));
    const answer = await accepted(work, { isLeftToTimer: true });
    expect(await work.perform(answer)).toEqual(answer.operation);
    expect((await work.drain('actions', pass)).carried).toBe(1);
  });

  test('what was accepted for later waits for its time', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf({ outcome: 'Done' }));
    const answer = await accepted(work, { dueAtMs: clock.now() + 240 * minuteMs });
    expect(await work.perform(answer)).toMatchObject({ status: 'NotStarted' });
    clock.move(239 * minuteMs);
    expect((await work.drain('actions', pass)).carried).toBe(0);
    clock.move(minuteMs);
    expect((await work.drain('actions', pass)).carried).toBe(1);
  });

  test('a request that died brings it back after its lease, with one attempt', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf(later(1, { stage: 'Pending' }), { outcome: 'Done' }));
    const { operation } = await accepted(work); // and never performed
    clock.move(89_999);
    expect((await work.drain('actions', pass)).carried).toBe(0);
    clock.move(1);
    expect((await work.drain('actions', pass)).carried).toBe(1);
    expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Succeeded', attempts: 1 });
  });

  test('when it ended, the request is gone; the replay still works', async () => {
    const tables = await freshTables();
    const { work } = testWork(tables, carryOf({ outcome: 'Done' }));
    const input = newOperation({ request: { secret: 'of the partner' } });
    const { id } = await work.perform(await accepted(work, input));
    expect(await tables('work').getEntity(contoso, `o|${id}`)).not.toHaveProperty('request0');
    expect(await work.accept(input)).toMatchObject({ outcome: 'replayed', operation: { status: 'Succeeded' } });
  });
});
