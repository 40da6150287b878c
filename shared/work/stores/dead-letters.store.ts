import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { DeadLetter, DeadLetterKind } from '../../contract/dead-letter.ts';
import { unpackJson } from '../../packed-json.ts';
import { fromDeadLetterKey } from '../rows/keys.ts';
import { createLimit } from '../limit.ts';
import { unpackRequest } from '../rows/operation-row.ts';
import { fromStorage, readOperation } from '../transactions.store.ts';

const callsAtOnce = 16;

/** The row of a dead letter, as it was read. */
export type DeadRow = Readonly<Record<string, unknown>> & { readonly rowKey: string };

/** Lists what was given up. */
export function createDeadLetters({ table }: { readonly table: TableClient }) {
  /** Newest first; `undefined` is the answer to a cursor that is none. */
  async function list(tenantId: string, page: { readonly limit: number; readonly cursor?: string }) {
    const after = page.cursor === undefined ? 'd|' : fromCursor(page.cursor);
    if (after === undefined) return undefined;
    const rows = await readDeadRows(table, tenantId, { after, limit: page.limit + 1 });
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

  return { list };
}

function fromCursor(cursor: string): string | undefined {
  const rowKey = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^d\|\d{13}\|[\w-]{1,200}$/.test(rowKey) ? rowKey : undefined;
}

/** Rows of dead letters, newest first. */
export async function readDeadRows(
  table: TableClient,
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
