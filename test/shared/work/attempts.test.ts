import { describe, expect, test } from 'vitest';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Carry, Later } from '../../../shared/work/carry.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, minuteMs, pass, testWork } from '../../builders/work.ts';

const later = (dueAtMs: number, more: Partial<Later> = {}): Later => ({
  ...{ outcome: 'Later', dueAtMs, stage: 'Submitting' },
  ...more,
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
