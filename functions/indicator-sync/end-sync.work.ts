import { isFinished } from '../../shared/contract/operation.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** Asks a tenant's running sync to end. False while it still runs; one that waits, or has sent nothing, ends at once. */
export async function endSync(work: Pick<Work, 'list' | 'cancel'>, tenantId: string): Promise<boolean> {
  // There is at most one at a time, and it is among the newest.
  const page = await work.list(tenantId, { kind: 'IndicatorSync' }, { limit: 5 });
  const running = page?.operations.find(({ status }) => !isFinished(status));
  return running === undefined || (await work.cancel(tenantId, running.id)).outcome !== 'requested';
}
