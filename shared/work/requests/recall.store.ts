import type { TableClient } from '@azure/data-tables';
import { asReplay } from './accept.store.ts';
import type { Acceptance } from './accept.store.ts';
import type { NewOperation } from '../new-operation.ts';
import { operationIdOf } from '../rows/keys.ts';
import { readOperation } from '../transactions.store.ts';

/** By what an operation is found again. */
export type RecalledBy = Pick<NewOperation, 'tenantId' | 'callerId' | 'dedupeKey' | 'fingerprint'>;

/** Tells what an accept would find under a key, and accepts nothing: `undefined` when the key is free. */
export function createRecall(table: TableClient): (input: RecalledBy) => Promise<Acceptance | undefined> {
  return async (input) => {
    const id = operationIdOf(input.tenantId, input.callerId ?? '', input.dedupeKey);
    const stored = await readOperation(table, input.tenantId, id);
    return stored && asReplay(stored, input);
  };
}
