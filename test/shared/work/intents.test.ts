import { describe, expect, test } from 'vitest';
import type { Later } from '../../../shared/work/carry.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, minuteMs, pass, testWork } from '../../builders/work.ts';

const later = (dueAtMs: number, more: Partial<Later> = {}): Later => ({
  ...{ outcome: 'Later', dueAtMs, stage: 'Submitting' },
  ...more,
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
