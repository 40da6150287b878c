import type { Operation } from '../../contract/operation.ts';
import { isFinished } from '../../contract/operation.ts';
import type { DirectRecord } from './direct-record.ts';
import type { DirectRows } from './direct-rows.store.ts';

/** An operation as it stands; `undefined` when it is forgotten. */
export type ReadOperation = (tenantId: string, id: string) => Promise<Pick<Operation, 'status'> | undefined>;

/**
 * The rows, of which whoever forgets what is over also closes what an operation left open: one that was given up by the engine (its
 * attempts were exhausted) said nothing of how it ended, and what it failed to do must not hold.
 */
export function closing(rows: DirectRows, readOperation: ReadOperation): DirectRows {
  const close = async (tenantId: string, record: DirectRecord): Promise<void> => {
    const { operationId } = record;
    const operation = await readOperation(tenantId, operationId);
    if (operation !== undefined && !isFinished(operation.status)) return;
    if (operation?.status === 'Succeeded') await rows.settle(tenantId, record, operationId);
    else await rows.takeBack(tenantId, record, operationId);
  };
  return {
    ...rows,
    forgetOver: async (tenantId, records, nowMs) => {
      for (const record of records.filter(({ open }) => open !== undefined)) await close(tenantId, record);
      await rows.forgetOver(tenantId, records, nowMs);
    },
  };
}
