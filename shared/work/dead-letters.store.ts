import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Clock } from '../clock.ts';
import type { DeadLetter, DeadLetterKind } from '../contract/dead-letter.ts';
import { unpackJson } from '../packed-json.ts';
import { laneOf } from './carry.ts';
import { exclusiveKey, fromDeadLetterKey, isOperationId, itemKey } from './keys.ts';
import { createLimit } from './limit.ts';
import { toListRow } from './list-rows.ts';
import { unpackRequest } from './operation-row.ts';
import type { Ready } from './ready.store.ts';
import { schemaVersion, toItemRow } from './rows.ts';
import type { WorkItem } from './rows.ts';
import { nextVersion } from './stored-operation.ts';
import type { StoredOperation } from './stored-operation.ts';
import { fromStorage, isConflict, readOperation, readRow, submit, writeOperation } from './transactions.store.ts';
import { toCallbackItem } from './transitions.ts';

const callsAtOnce = 16;

/** Which dead letters to carry on: by id, or all of a kind. */
export interface RedriveWish {
  readonly ids?: readonly string[] | undefined;
  readonly kind?: DeadLetterKind | undefined;
  readonly dryRun?: boolean | undefined;
}

type DeadRow = Readonly<Record<string, unknown>> & { readonly rowKey: string };

/** What was given up, and its way back. */
export function createDeadLetters(options: {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly now: Clock;
  readonly newId: () => string;
}) {
  const { table, ready, now, newId } = options;

  /** Newest first; `undefined` is the answer to a cursor that is none. */
  async function list(tenantId: string, page: { readonly limit: number; readonly cursor?: string }) {
    const after = page.cursor === undefined ? 'd|' : Buffer.from(page.cursor, 'base64url').toString('utf8');
    if (!after.startsWith('d|')) return undefined;
    const rows = await listRows(tenantId, { after, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    const limit = createLimit(callsAtOnce);
    const value = await Promise.all(shown.map((row) => limit(() => toDeadLetter(tenantId, row))));
    const last = shown.at(-1);
    const cursor = rows.length > page.limit && last ? { cursor: Buffer.from(last.rowKey).toString('base64url') } : {};
    return { value, ...cursor };
  }

  async function toDeadLetter(tenantId: string, row: DeadRow): Promise<DeadLetter> {
    const { failedAtMs, id } = fromDeadLetterKey(row.rowKey);
    const kind = String(row['kind']) as DeadLetterKind;
    const stored = kind === 'Callback' ? undefined : await readOperation(table, tenantId, id);
    const request = stored ? unpackRequest(stored) : unpackJson('payload', row);
    return {
      ...{ id, kind, code: String(row['code']), failedAt: new Date(failedAtMs).toISOString() },
      request: (request ?? {}) as Record<string, unknown>,
    };
  }

  /** Carries dead letters on as the same operations and callbacks; gives how many. What is too late by now ends `expired` again. */
  async function redrive(tenantId: string, wish: RedriveWish): Promise<number> {
    const rows = (await listRows(tenantId, wish.kind === undefined ? {} : { kind: wish.kind })).filter(
      (row) => wish.ids === undefined || wish.ids.includes(fromDeadLetterKey(row.rowKey).id),
    );
    if (wish.dryRun === true) return rows.length;
    const limit = createLimit(callsAtOnce);
    const redriven = await Promise.all(rows.map((row) => limit(() => redriveOne(tenantId, row))));
    return redriven.filter(Boolean).length;
  }

  function redriveOne(tenantId: string, row: DeadRow): Promise<boolean> {
    const { id } = fromDeadLetterKey(row.rowKey);
    return isOperationId(id) ? redriveOperation(tenantId, id) : redriveCallback(tenantId, row);
  }

  async function redriveOperation(tenantId: string, id: string): Promise<boolean> {
    const stored = await readOperation(table, tenantId, id);
    if (stored?.deadLetterKey === undefined) return false;
    await ready.announce(laneOf[stored.kind], tenantId, now());
    const { next, item } = toRedriven(stored, { nowMs: now(), nonce: newId() });
    const written = await writeOperation(table, next, [
      ['create', toItemRow(item)],
      ['upsert', toListRow(next), 'Replace'],
      ['delete', { partitionKey: tenantId, rowKey: stored.deadLetterKey }],
      ...exclusiveOf(next),
    ]);
    return written.isWritten;
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

  async function listRows(
    tenantId: string,
    wanted: { readonly kind?: DeadLetterKind; readonly after?: string; readonly limit?: number },
  ): Promise<readonly DeadRow[]> {
    const inRange = odata`PartitionKey eq ${tenantId} and RowKey gt ${wanted.after ?? 'd|'} and RowKey lt ${'d|~'}`;
    const filter = wanted.kind === undefined ? inRange : `${inRange} and ${odata`kind eq ${wanted.kind}`}`;
    const { limit } = wanted;
    const pages = table.listEntities<DeadRow>({ queryOptions: { filter } });
    const rows: DeadRow[] = [];
    await fromStorage(async () => {
      for await (const page of pages.byPage(limit === undefined ? {} : { maxPageSize: limit })) {
        rows.push(...page);
        if (limit !== undefined && rows.length >= limit) break;
      }
    });
    return rows.slice(0, limit);
  }

  return { list, redrive };
}

function toRedriven(
  stored: StoredOperation,
  facts: { readonly nowMs: number; readonly nonce: string },
): { readonly next: StoredOperation; readonly item: WorkItem } {
  const lane = laneOf[stored.kind];
  const { tenantId, id, createdAtMs, submitByMs, hasReachedDefender } = stored;
  const { nowMs, nonce } = facts;
  const rowKey = itemKey(lane, nowMs, id);
  const item: WorkItem = {
    ...{ tenantId, id, lane, rowKey, dueMs: nowMs, attempts: 0, isLeased: false, nonce, createdAtMs },
    ...(submitByMs === undefined || hasReachedDefender ? {} : { submitByMs }),
  };
  const status = stored.intents > 0 ? ('Running' as const) : ('NotStarted' as const);
  const change = { status, attempts: 0, nextAttemptAtMs: nowMs, itemKey: rowKey, nonce };
  return { item, next: nextVersion(stored, { ...change, error: null, deadLetterKey: null }, nowMs) };
}

function exclusiveOf(stored: StoredOperation): TransactionAction[] {
  const { tenantId: partitionKey, exclusive, id } = stored;
  if (exclusive === undefined) return [];
  return [['create', { partitionKey, rowKey: exclusiveKey(exclusive), schemaVersion, id }]];
}
