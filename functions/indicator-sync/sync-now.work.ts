import type { Operation } from '../../shared/contract/operation.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { toSyncOperation } from './to-sync-operation.ts';

/**
 * Has a tenant's sync run now, as far as it advances: the one that waits for its turn, or a new one under `id`. One that somebody else
 * carries is given as it stands and not waited for.
 */
export async function syncNow(
  work: Pick<Work, 'accept' | 'perform'>,
  tenantId: string,
  id: string,
): Promise<Operation> {
  const accepted = await work.accept(toSyncOperation({ tenantId }, { id }));
  if (!('operation' in accepted)) throw new Error(`A sync was answered with ${accepted.outcome}.`);
  return work.perform(accepted);
}
