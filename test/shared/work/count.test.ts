import { expect, it } from 'vitest';
import { freshTables } from '../../builders/storage.ts';
import { accepted, contoso, fabrikam, minuteMs, noCarry, testWork } from '../../builders/work.ts';

it('counts what the filter asks for, in one tenant, and no more than is enough', async () => {
  const { work, clock } = testWork(await freshTables(), noCarry);
  const alert = { kind: 'Alert', isLeftToTimer: true } as const;
  await accepted(work, alert);
  clock.move(minuteMs);
  const sinceMs = clock.now();
  for (let n = 0; n < 3; n += 1) await accepted(work, alert);
  await accepted(work, { kind: 'Action', isLeftToTimer: true });
  await accepted(work, { ...alert, tenantId: fabrikam });
  const filter = { kind: 'Alert', fromMs: sinceMs } as const;
  expect(await work.count(contoso, filter, 100)).toBe(3);
  expect(await work.count(contoso, { kind: 'Alert' }, 100)).toBe(4);
  expect(await work.count(contoso, filter, 2)).toBe(2);
  expect(await work.count(contoso, filter, 0)).toBe(0);
});
