import { describe, expect, test } from 'vitest';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Carry, Later } from '../../../shared/work/carry.ts';
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

describe('attempts', () => {
  test('a bug is tried eight times with growing pauses, each in the log, then it fails', async () => {
    const { work, clock, lines } = testWork(await freshTables(), () => Promise.reject(new TypeError('a bug')));
    let operation = await work.perform(await accepted(work));
    for (let attempts = 1; attempts < 8; attempts += 1) {
      expect(operation).toMatchObject({ status: 'NotStarted', attempts });
      clock.move(Date.parse(operation.nextAttemptAt ?? '') - clock.now());
      await work.drain('actions', pass);
      operation = (await work.read(contoso, operation.id)) ?? operation;
    }
    expect(operation).toMatchObject({ status: 'Failed', attempts: 8, error: { code: 'attempts_exhausted' } });
    expect(lines.filter(({ event }) => event === 'step.crashed')).toHaveLength(8);
  });

  test('throttling, waiting and good steps cost none', async () => {
    const throttled: Carry = () =>
      Promise.reject(new UpstreamUnavailable('', { retryAfterMs: minuteMs, throttled: true }));
    let carry = throttled;
    const { work, clock } = testWork(await freshTables(), (carried, tools) => carry(carried, tools));
    const first = await work.perform(await accepted(work));
    for (let i = 0; i < 12; i += 1) {
      clock.move(minuteMs);
      expect((await work.drain('actions', pass)).carried).toBe(1);
    }
    expect(await work.read(contoso, first.id)).toMatchObject({ status: 'NotStarted', attempts: 0 });
    carry = carryOf({ outcome: 'Done' });
    clock.move(minuteMs);
    await work.drain('actions', pass);
    expect(await work.read(contoso, first.id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  test('what never gives up goes on', async () => {
    const { work, clock } = testWork(await freshTables(), () => Promise.reject(new TypeError('a bug')));
    const { id } = await work.perform(await accepted(work, { neverGivesUp: true }));
    for (let i = 0; i < 12; i += 1) {
      clock.move(80 * minuteMs);
      await work.drain('actions', pass);
    }
    expect(await work.read(contoso, id)).toMatchObject({ status: 'NotStarted', attempts: 13 });
  });
});

describe('nothing is done late', () => {
  test('what was not sent in time ends without a step, at that very time', async () => {
    let steps = 0;
    const { work, clock } = testWork(await freshTables(), (_carried, { now }) => {
      steps += 1;
      return Promise.resolve(later(now() + 600 * minuteMs, { stage: 'AwaitingApproval' }));
    });
    const { id } = await work.perform(await accepted(work, { submitByMs: clock.now() + 240 * minuteMs }));
    clock.move(240 * minuteMs);
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(steps).toBe(1);
  });

  test('what may have been sent is looked for; what has reached Defender goes on', async () => {
    const isLate: boolean[] = [];
    const carry: Carry = async (_carried, tools) => {
      isLate.push(tools.isLate);
      if (isLate.length === 1) {
        await tools.saveIntent({ sending: true });
        throw new UpstreamUnavailable('No answer.', { retryAfterMs: 60 * minuteMs });
      }
      return isLate.length === 2
        ? later(tools.now() + 60 * minuteMs, { stage: 'Pending', hasReachedDefender: true })
        : { outcome: 'Done' };
    };
    const { work, clock } = testWork(await freshTables(), carry);
    const { id } = await work.perform(await accepted(work, { submitByMs: clock.now() + 10 * minuteMs }));
    for (let i = 0; i < 2; i += 1) {
      clock.move(60 * minuteMs);
      await work.drain('actions', pass);
    }
    expect(isLate).toEqual([false, true, false]);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Succeeded', attempts: 1 });
  });
});

describe('intents', () => {
  test('are there for whoever comes after a crash', async () => {
    const tables = await freshTables();
    const { work, clock, again } = testWork(tables, async (_carried, tools) => {
      await tools.saveIntent({ sending: 'isolate' }, { stage: 'Submitting' });
      return new Promise(() => undefined); // the process dies here
    });
    const answer = await accepted(work);
    void work.perform(answer);
    while ((await work.read(contoso, answer.operation.id))?.status !== 'Running');
    const states: unknown[] = [];
    const survivor = again({
      carryOf: () => (carried) => {
        states.push(carried.state);
        return Promise.resolve({ outcome: 'Done' });
      },
    });
    clock.move(90_000);
    await survivor.drain('actions', pass);
    expect(states).toEqual([{ sending: 'isolate' }]);
    expect(await survivor.read(contoso, answer.operation.id)).toMatchObject({ status: 'Succeeded', attempts: 1 });
  });

  test('a worker whose lease ran out can neither send nor record, and stops', async () => {
    const tables = await freshTables();
    let sent = 0;
    const { work, clock, again, lines } = testWork(tables, async (_carried, tools) => {
      clock.move(90_000);
      await again({ carryOf: () => carryOf(later(clock.now() + minuteMs, { stage: 'Pending' })) }).drain(
        'actions',
        pass,
      );
      await tools.saveIntent({});
      sent += 1;
      return { outcome: 'Failed', error: { code: 'action_failed', message: '' } };
    });
    const operation = await work.perform(await accepted(work));
    expect(sent).toBe(0);
    expect(operation).toMatchObject({ status: 'Running', stage: 'Pending', version: 2 });
    expect(lines.map(({ event }) => event)).toContain('claim.lost');
  });

  test('a stale worker’s finish is refused too', async () => {
    const tables = await freshTables();
    const { work, clock, again } = testWork(tables, async () => {
      clock.move(90_000);
      await again({ carryOf: () => carryOf({ outcome: 'Done' }) }).drain('actions', pass);
      return { outcome: 'Failed', error: { code: 'action_failed', message: '' } };
    });
    expect(await work.perform(await accepted(work))).toMatchObject({ status: 'Succeeded', version: 2 });
  });

  test('a lease can be made whole; no step starts on a short one', async () => {
    const lefts: number[] = [];
    const { work, clock } = testWork(await freshTables(), async (_carried, tools) => {
      lefts.push(tools.leaseLeftMs());
      clock.move(40_000);
      await tools.renewLease();
      lefts.push(tools.leaseLeftMs());
      return { outcome: 'Done' };
    });
    const answer = await accepted(work);
    clock.move(70_000); // 20 s are left: less than a call may take
    expect(await work.perform(answer, 100_000)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect(lefts).toEqual([90_000, 90_000]);
  });
});
