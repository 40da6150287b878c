import { describe, expect, test } from 'vitest';
import type { Carry } from '../../../shared/work/carry.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, fabrikam, minuteMs, noCarry, pass, testWork } from '../../builders/work.ts';

const unknown = 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa';

describe('cancel', () => {
  test.each([unknown, 'not-an-id'])('of %s: not found', async (id) => {
    const { work } = testWork(await freshTables(), noCarry);
    expect(await work.cancel(contoso, id)).toEqual({ outcome: 'not_found' });
  });

  test('of another tenant’s operation: not found', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    const { operation } = await accepted(work, { isLeftToTimer: true });
    expect(await work.cancel(fabrikam, operation.id)).toEqual({ outcome: 'not_found' });
  });

  test('of what has not started ends it, and nothing carries it any more; again gives the same answer', async () => {
    const { work, clock } = testWork(await freshTables(), noCarry);
    const { operation } = await accepted(work, { isLeftToTimer: true });
    const canceled = await work.cancel(contoso, operation.id);
    expect(canceled).toMatchObject({ outcome: 'done', operation: { status: 'Canceled', version: 2 } });
    expect(await work.cancel(contoso, operation.id)).toEqual(canceled);
    clock.move(10 * minuteMs);
    expect(await work.drain('actions', pass)).toEqual({ carried: 0 });
  });

  test('of what waits without anything sent (an approval) ends it too', async () => {
    const { work, clock } = testWork(
      await freshTables(),
      carryOf({ outcome: 'Later', dueAtMs: Date.parse('2026-11-21T00:00:00Z'), stage: 'AwaitingApproval' }),
    );
    const { id } = await work.perform(await accepted(work, { submitByMs: clock.now() + minuteMs }));
    expect(await work.cancel(contoso, id)).toMatchObject({ outcome: 'done', operation: { status: 'Canceled' } });
    expect((await work.list(contoso, { status: 'Canceled' }, { limit: 5 }))?.operations).toHaveLength(1);
  });

  test('while its first step runs: the step can send nothing any more', async () => {
    let sent = 0;
    const { work } = testWork(await freshTables(), async ({ operation }, tools) => {
      await work.cancel(contoso, operation.id);
      await tools.saveIntent({});
      sent += 1;
      return { outcome: 'Done' };
    });
    expect(await work.perform(await accepted(work))).toMatchObject({ status: 'Canceled' });
    expect(sent).toBe(0);
  });

  test('of what was sent asks its carry, at once', async () => {
    const carry: Carry = async (_carried, tools) => {
      if (tools.isCancelRequested) return { outcome: 'Canceled' };
      await tools.saveIntent({});
      return { outcome: 'Later', dueAtMs: tools.now() + 60 * minuteMs, stage: 'Pending', hasReachedDefender: true };
    };
    const { work } = testWork(await freshTables(), carry);
    const { id } = await work.perform(await accepted(work));
    const requested = await work.cancel(contoso, id);
    expect(requested).toMatchObject({ outcome: 'requested', operation: { status: 'Running', stage: 'Canceling' } });
    expect(await work.cancel(contoso, id)).toEqual(requested);
    expect((await work.drain('actions', pass)).carried).toBe(1);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Canceled', attempts: 0 });
  });

  test('of what was sent can be worked on in the request that brought it, and comes back when that request dies', async () => {
    const carry: Carry = async (_carried, tools) => {
      if (tools.isCancelRequested) return { outcome: 'Canceled' };
      await tools.saveIntent({});
      return { outcome: 'Later', dueAtMs: tools.now() + 60 * minuteMs, stage: 'Pending', hasReachedDefender: true };
    };
    const { work, clock } = testWork(await freshTables(), carry);
    const cancel = async () => {
      const { id } = await work.perform(await accepted(work));
      const answer = await work.cancel(contoso, id, { isPerformedHere: true });
      if (answer.outcome !== 'requested') throw new Error(answer.outcome);
      return answer;
    };
    expect(await work.perform(await cancel())).toMatchObject({ status: 'Canceled', attempts: 0 });

    const { operation } = await cancel();
    expect(operation).toMatchObject({ status: 'Running', stage: 'Canceling' });
    const again = await work.cancel(contoso, operation.id, { isPerformedHere: true });
    expect(again).toEqual({ outcome: 'requested', operation });
    expect((await work.drain('actions', pass)).carried).toBe(0);
    clock.move(2 * minuteMs);
    expect((await work.drain('actions', pass)).carried).toBe(1);
    expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Canceled', attempts: 1 });
  });

  test('while a step that has sent runs: its finish stands, and the cancel is not lost', async () => {
    let steps = 0;
    const carry: Carry = async ({ operation }, tools) => {
      steps += 1;
      if (tools.isCancelRequested) return { outcome: 'Canceled' };
      await tools.saveIntent({});
      expect(await work.cancel(contoso, operation.id)).toMatchObject({ outcome: 'requested' });
      await tools.saveIntent({ second: true });
      return {
        outcome: 'Later',
        dueAtMs: tools.now() + 60 * minuteMs,
        stage: 'Pending',
        upstream: { machineActionId: 'm' },
      };
    };
    const { work } = testWork(await freshTables(), carry);
    const { id } = await work.perform(await accepted(work));
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Canceled', upstream: { machineActionId: 'm' } });
    expect(steps).toBe(2);
  });

  test.each(['Done', 'Failed'] as const)('of what is %s: too late', async (outcome) => {
    const end = outcome === 'Done' ? { outcome } : { outcome, error: { code: 'action_failed' as const, message: '' } };
    const { work } = testWork(await freshTables(), carryOf(end));
    const operation = await work.perform(await accepted(work));
    expect(await work.cancel(contoso, operation.id)).toEqual({ outcome: 'wrong_state', operation });
  });

  test('and an end at the same moment: one of them holds, and both tell the same', async () => {
    const { work } = testWork(await freshTables(), carryOf({ outcome: 'Done' }));
    for (let i = 0; i < 10; i += 1) {
      const answer = await accepted(work);
      const [performed, canceled] = await Promise.all([
        work.perform(answer),
        work.cancel(contoso, answer.operation.id),
      ]);
      const { status, version } = performed;
      expect([status, canceled.outcome]).toEqual(
        status === 'Canceled' ? ['Canceled', 'done'] : ['Succeeded', 'wrong_state'],
      );
      expect(version).toBe(2);
    }
  });
});

describe('a signal', () => {
  const carry: Carry = ({ signals }, { now }) =>
    Promise.resolve(
      signals['approval'] === undefined
        ? { outcome: 'Later', dueAtMs: now() + 240 * minuteMs, stage: 'AwaitingApproval' }
        : { outcome: 'Done', result: { approvedBy: String(signals['approval']) } },
    );
  const approval = { name: 'approval', value: 'ana@example.test', whileAt: 'AwaitingApproval' } as const;

  test('reaches the operation, which is due at once', async () => {
    const { work } = testWork(await freshTables(), carry);
    const { id } = await work.perform(await accepted(work));
    expect(await work.signal(contoso, id, approval)).toMatchObject({ outcome: 'requested', operation: { version: 3 } });
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({
      status: 'Succeeded',
      result: { approvedBy: 'ana@example.test' },
    });
  });

  test('can be worked on in the request that brought it', async () => {
    const { work } = testWork(await freshTables(), carry);
    const { id } = await work.perform(await accepted(work));
    const answer = await work.signal(contoso, id, { ...approval, isPerformedHere: true });
    if (answer.outcome !== 'requested') throw new Error(answer.outcome);
    expect(await work.perform(answer)).toMatchObject({ status: 'Succeeded' });
  });

  test('is seen at once, and comes only once when it moves the operation on', async () => {
    const first: Carry = (carried, tools) =>
      carried.signals['approval'] === undefined
        ? Promise.resolve({
            ...{ outcome: 'Later', dueAtMs: tools.now() + 240 * minuteMs, stage: 'AwaitingApproval' },
            result: { action: 'Isolate' },
          })
        : carry(carried, tools);
    const { work } = testWork(await freshTables(), first);
    const { id } = await work.perform(await accepted(work));
    const moving = {
      ...approval,
      progress: { stage: 'Submitting', result: { approvedBy: 'ana@example.test' } },
    } as const;
    const told = await Promise.all([work.signal(contoso, id, moving), work.signal(contoso, id, moving)]);
    expect(told.map(({ outcome }) => outcome).sort()).toEqual(['requested', 'wrong_state']);
    const result = { action: 'Isolate', approvedBy: 'ana@example.test' };
    expect(await work.read(contoso, id)).toMatchObject({ stage: 'Submitting', version: 3, result });
  });

  test('comes too early, too late, or for nobody', async () => {
    const { work } = testWork(await freshTables(), carry);
    const { operation } = await accepted(work, { isLeftToTimer: true });
    expect(await work.signal(contoso, operation.id, approval)).toMatchObject({ outcome: 'wrong_state' });
    await work.cancel(contoso, operation.id);
    expect(await work.signal(contoso, operation.id, approval)).toMatchObject({ outcome: 'wrong_state' });
    expect(await work.signal(contoso, unknown, approval)).toEqual({ outcome: 'not_found' });
  });
});
