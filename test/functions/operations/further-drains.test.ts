import { InvocationContext } from '@azure/functions';
import type { Timer, TimerHandler } from '@azure/functions';
import { expect, test } from 'vitest';
import { createFurtherDrains } from '../../../functions/operations/further-drains.timer.ts';
import { createDrainActions } from '../../../functions/response-action/drain-actions.timer.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, minuteMs, testWork } from '../../builders/work.ts';

const context = new InvocationContext({ functionName: 'drain', logHandler: () => undefined });
const run = async (handler: TimerHandler | undefined): Promise<void> => void (await handler?.({} as Timer, context));

test('one timer a lane has no further ones', () => {
  const { work, lines } = { work: { drain: () => Promise.resolve({ carried: 0 }) }, lines: () => undefined };
  expect(createFurtherDrains({ work, log: { info: lines, warn: lines, error: lines } })).toEqual([]);
});

test('three timers a lane share its tenants: each takes some, together they take all', async () => {
  const carriedBy: string[] = [];
  const carry = carryOf({ outcome: 'Done' });
  const { work, clock } = testWork(await freshTables(), (carried, tools) => {
    carriedBy.push(carried.operation.tenantId);
    return carry(carried, tools);
  });
  const tenants = Array.from(
    { length: 24 },
    (_, i) => `6f1c0000-0000-4000-8000-0000000000${String(i).padStart(2, '0')}`,
  );
  for (const tenantId of tenants) await accepted(work, { tenantId, isLeftToTimer: true });
  clock.move(minuteMs);
  const nothing = (): void => undefined;
  const options = { work, log: { info: nothing, warn: nothing, error: nothing }, timersPerLane: 3 };
  const further = createFurtherDrains(options);
  expect(further.map(({ lane, name }) => `${lane} ${name}`)).toEqual([
    ...['actions drainActions2', 'actions drainActions3', 'alerts drainAlerts2', 'alerts drainAlerts3'],
    ...['callbacks deliverCallbacks2', 'callbacks deliverCallbacks3', 'sync syncTenants2', 'sync syncTenants3'],
  ]);
  const shares: number[] = [];
  for (const handler of [createDrainActions(options), further[0]?.handler, further[1]?.handler]) {
    const before = carriedBy.length;
    await run(handler);
    shares.push(carriedBy.length - before);
  }
  expect(shares.every((share) => share > 0)).toBe(true);
  expect(carriedBy.toSorted()).toEqual(tenants);
});
