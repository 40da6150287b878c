import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { OperationKind, OperationStatus } from '../../contract/operation.ts';
import { isOperationId, toNewestFirst } from '../rows/keys.ts';
import { createLimit } from '../limit.ts';
import { referenceColumns } from '../rows/list-rows.ts';
import type { StoredOperation } from '../rows/stored-operation.ts';
import { fromStorage, readOperation } from '../transactions.store.ts';

const readsAtOnce = 16;

/** As many rows as the table service gives at once. */
const largestPage = 1_000;

/** Which operations of a tenant are wanted; everything given must hold. */
export interface OperationFilter {
  readonly kind?: OperationKind;
  readonly status?: OperationStatus;
  readonly machineId?: string;
  /** Any id of `upstream`, or the partner's own. */
  readonly reference?: string;
  /** Of creation, both included. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Reads operations of one tenant. */
export function createOperations(table: TableClient) {
  async function read(tenantId: string, id: string): Promise<StoredOperation | undefined> {
    return isOperationId(id) ? readOperation(table, tenantId, id) : undefined;
  }

  /** Newest first. `cursor` comes from the page before; `undefined` is the answer to one that is none. */
  async function list(
    tenantId: string,
    filter: OperationFilter,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly operations: readonly StoredOperation[]; readonly cursor?: string } | undefined> {
    const after = page.cursor === undefined ? undefined : fromCursor(page.cursor);
    if (page.cursor !== undefined && after === undefined) return undefined;
    const rows = await listRows(toFilter(tenantId, filter, after), page.limit + 1);
    const shown = rows.slice(0, page.limit);
    const limit = createLimit(readsAtOnce);
    const read = await Promise.all(shown.map((row) => limit(() => readOperation(table, tenantId, row.id))));
    const last = shown.at(-1);
    return {
      operations: read.filter((stored) => stored !== undefined),
      ...(rows.length > page.limit && last ? { cursor: Buffer.from(last.rowKey).toString('base64url') } : {}),
    };
  }

  /** How many there are, `enough` at most: nothing but their place in the list is read. */
  async function count(tenantId: string, filter: OperationFilter, enough: number): Promise<number> {
    return enough <= 0 ? 0 : (await listRows(toFilter(tenantId, filter, undefined), enough)).length;
  }

  /** One of the ids that operations are found by, of all that have it, newest first: nothing but the list is read. */
  async function listReferences(
    tenantId: string,
    filter: OperationFilter,
    name: (typeof referenceColumns)[number],
  ): Promise<readonly string[]> {
    const options = { filter: `${toFilter(tenantId, filter, undefined)} and ${name} gt ''`, select: [name] };
    const ids: string[] = [];
    await fromStorage(async () => {
      for await (const row of table.listEntities<Record<string, unknown>>({ queryOptions: options })) {
        ids.push(String(row[name]));
      }
    });
    return ids;
  }

  async function listRows(
    filter: string,
    enough: number,
  ): Promise<readonly { readonly rowKey: string; readonly id: string }[]> {
    const rows: { rowKey: string; id: string }[] = [];
    const options = { filter, select: ['RowKey', 'id'] };
    const pages = table.listEntities<{ rowKey: string; id: string }>({ queryOptions: options });
    await fromStorage(async () => {
      for await (const found of pages.byPage({ maxPageSize: Math.min(enough, largestPage) })) {
        rows.push(...found.map(({ rowKey, id }) => ({ rowKey: String(rowKey), id })));
        if (rows.length >= enough) break;
      }
    });
    return rows.slice(0, enough);
  }

  return { read, list, count, listReferences };
}

function toFilter(tenantId: string, filter: OperationFilter, after: string | undefined): string {
  const newest = filter.toMs === undefined ? 'l|' : `l|${toNewestFirst(filter.toMs)}|`;
  const oldest = filter.fromMs === undefined ? 'l|~' : `l|${toNewestFirst(filter.fromMs)}|~`;
  const { kind, status, machineId, reference } = filter;
  return [
    odata`PartitionKey eq ${tenantId} and RowKey ge ${newest} and RowKey lt ${oldest}`,
    ...(after === undefined ? [] : [odata`RowKey gt ${after}`]),
    ...(kind === undefined ? [] : [odata`kind eq ${kind}`]),
    ...(status === undefined ? [] : [odata`status eq ${status}`]),
    ...(machineId === undefined ? [] : [odata`machineId eq ${machineId}`]),
    ...(reference === undefined
      ? []
      : [`(${referenceColumns.map((name) => name + odata` eq ${reference}`).join(' or ')})`]),
  ].join(' and ');
}

function fromCursor(cursor: string): string | undefined {
  const rowKey = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^l\|\d{13}\|op_[a-z2-7]{26}$/.test(rowKey) ? rowKey : undefined;
}
