import { expect, test } from 'vitest';
import type { OperationKind } from '../../../shared/contract/operation.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, hourMs, minuteMs, noCarry, pass, testWork } from '../../builders/work.ts';

test('what a newer build accepted is left to it: no step, no attempt, no end, and it is in nobody’s way', async () => {
  const tables = await freshTables();
  const { work, clock, lines, again } = testWork(tables, noCarry, { gate: () => Promise.resolve('open') });
  const { operation } = await accepted(work, { isLeftToTimer: true, submitByMs: clock.now() + hourMs });
  const row = { partitionKey: contoso, rowKey: `o|${operation.id}`, kind: 'Inventory' };
  await tables('work').updateEntity(row, 'Merge');
  for (let i = 0; i < 12; i += 1) {
    clock.move(10 * minuteMs);
    await work.drain('actions', pass);
  }
  await again({ gate: () => Promise.resolve('Suspended') }).drain('actions', pass);
  expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'NotStarted', attempts: 0, version: 1 });
  expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['operation.postponed']));

  const kind: OperationKind = 'Action';
  await tables('work').updateEntity({ ...row, kind }, 'Merge');
  clock.move(10 * minuteMs);
  await again({ carryOf: () => carryOf({ outcome: 'Done' }) }).drain('actions', pass);
  expect(await work.read(contoso, operation.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
});
