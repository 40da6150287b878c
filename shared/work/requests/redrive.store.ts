import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import type { DeadLetterKind } from '../../contract/dead-letter.ts';
import { unpackJson } from '../../packed-json.ts';
import { laneOf } from '../carry.ts';
import { readDeadRows } from '../stores/dead-letters.store.ts';
import type { DeadRow } from '../stores/dead-letters.store.ts';
import { fromDeadLetterKey, isOperationId } from '../rows/keys.ts';
import { createLimit } from '../limit.ts';
import { toDeadLetterRow, toListRow } from '../rows/list-rows.ts';
import { takeName } from '../rows/name-rows.ts';
import type { Names } from '../stores/names.store.ts';
import type { Ready } from '../stores/ready.store.ts';
import { toItemRow } from '../rows/item-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import type { StoredOperation } from '../rows/stored-operation.ts';
import { toRedriven, toSuperseded } from '../rows/to-redriven.ts';
import { isConflict, readOperation, readRow, submit, writeOperation } from '../transactions.store.ts';
import { toCallbackItem } from '../rows/transitions.ts';

const callsAtOnce = 16;

/** A name can be let go just when it was found taken: then once more, but not for ever. */
const maxTries = 3;

/** Which dead letters to carry on: by id, or all of a kind. */
export interface RedriveWish {
  readonly ids?: readonly string[] | undefined;
  readonly kind?: DeadLetterKind | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The way back of what was given up. */
export function createRedrive(options: {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly names: Names;
  readonly now: Clock;
  readonly newId: () => string;
}): (tenantId: string, wish: RedriveWish) => Promise<number> {
  const { table, ready, names, now, newId } = options;

  /**
   * Carries dead letters on as the same operations and callbacks; gives how many. What is too late by now ends `expired` again.
   * What lost its name to another operation stays a dead letter, which says so (`superseded`).
   */
  return async (tenantId, wish) => {
    const rows = (await readDeadRows(table, tenantId, wish.kind === undefined ? {} : { kind: wish.kind })).filter(
      (row) => wish.ids === undefined || wish.ids.includes(fromDeadLetterKey(row.rowKey).id),
    );
    const limit = createLimit(callsAtOnce);
    const one = wish.dryRun === true ? canBeRedriven : redriveOne;
    const redriven = await Promise.all(rows.map((row) => limit(() => one(tenantId, row))));
    return redriven.filter(Boolean).length;
  };

  async function canBeRedriven(tenantId: string, row: DeadRow): Promise<boolean> {
    const { id } = fromDeadLetterKey(row.rowKey);
    if (!isOperationId(id)) return true;
    const stored = await readOperation(table, tenantId, id);
    return stored?.deadLetterKey !== undefined && (await holderOf(stored)) === undefined;
  }

  function redriveOne(tenantId: string, row: DeadRow): Promise<boolean> {
    const { id } = fromDeadLetterKey(row.rowKey);
    return isOperationId(id) ? redriveOperation(tenantId, id) : redriveCallback(tenantId, row);
  }

  async function redriveOperation(tenantId: string, id: string): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const stored = await readOperation(table, tenantId, id);
      if (stored?.deadLetterKey === undefined) return false;
      await ready.announce(laneOf[stored.kind], tenantId, now());
      const { next, item } = toRedriven(stored, { nowMs: now(), nonce: newId() });
      const written = await writeOperation(table, next, [
        ['create', toItemRow(item)],
        ['upsert', toListRow(next), 'Replace'],
        ['delete', { partitionKey: tenantId, rowKey: stored.deadLetterKey }],
        ...takeName(next),
      ]);
      if (written.isWritten) return true;
      const holder = await holderOf(stored);
      if (holder !== undefined) return noteSuperseded(stored, holder);
    }
    return false;
  }

  async function holderOf({ tenantId, exclusive }: StoredOperation): Promise<string | undefined> {
    if (exclusive === undefined) return undefined;
    const holder = await names.holderOf(tenantId, exclusive);
    if (!holder) await names.forgetExpired(tenantId, exclusive);
    return holder?.operationId;
  }

  async function noteSuperseded(stored: StoredOperation, holder: string): Promise<false> {
    const next = toSuperseded(stored, holder, { nowMs: now(), nonce: newId() });
    if (stored.error?.message !== next.error?.message) {
      await writeOperation(table, next, [['upsert', toDeadLetterRow(next), 'Replace']]);
    }
    return false;
  }

  async function redriveCallback(tenantId: string, row: DeadRow): Promise<boolean> {
    const { id } = fromDeadLetterKey(row.rowKey);
    const payload = (unpackJson('payload', row) ?? {}) as NonNullable<WorkItem['payload']>;
    await ready.announce('callbacks', tenantId, now());
    const item = toCallbackItem(tenantId, { id, payload }, { nowMs: now(), nonce: newId() });
    try {
      await submit(table, [
        ['delete', { partitionKey: tenantId, rowKey: row.rowKey }],
        ['upsert', toItemRow(item), 'Replace'],
      ]);
      return true;
    } catch (error) {
      const written = await readRow(table, tenantId, item.rowKey);
      if (written?.['nonce'] === item.nonce) return true; // our write, its reply was lost
      if (isConflict(error)) return false; // somebody else redrove it
      throw error;
    }
  }
}
