import { isFinished } from '../../shared/contract/operation.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** Asks a tenant's running sync to end. False while it still runs; one that waits, or has sent nothing, ends at once. */
export async function endSync(work: Pick<Work, 'list' | 'cancel'>, tenantId: string): Promise<boolean> {
  // There is at most one at a time, so only the newest can be running.
  const page = await work.list(tenantId, { kind: 'IndicatorSync' }, { limit: 1 });
  const newest = page?.operations[0];
  if (newest === undefined || isFinished(newest.status)) return true;
  return (await work.cancel(tenantId, newest.id)).outcome !== 'requested';
}
