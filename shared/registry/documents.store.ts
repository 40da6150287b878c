import { isDeepStrictEqual } from 'node:util';
import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { z } from 'zod';
import { RejectedInput, UpstreamUnavailable } from '../errors.ts';
import { fits } from '../http/if-match.ts';
import type { IfMatch } from '../http/if-match.ts';
import type { Page, PageQuery } from '../http/list-page.ts';
import { packJson, unpackJson } from '../packed-json.ts';
import type { Tables } from '../tables.client.ts';
import { fromStorage, isConflict, readRow } from '../work/transactions.store.ts';
import { readStored } from './read-stored.ts';

/** A document as stored; `etag` is a strong HTTP entity tag, quotes included. */
export interface Versioned<T> {
  readonly id: string;
  readonly document: T;
  readonly etag: string;
}

/** Documents of one kind, by id. Every method throws `UpstreamUnavailable` when storage does not answer: unknown is never the same as absent. */
export interface Documents<T> {
  get(id: string): Promise<Versioned<T> | undefined>;
  /** In the order of ids. */
  listPage(query: PageQuery): Promise<Page<Versioned<T>>>;
  /** All of them, or it throws. */
  listAll(): Promise<readonly Versioned<T>[]>;
  /**
   * Writes what `decide` makes of the document as it stands. When somebody else writes in between, `decide` is asked
   * again; it may refuse by throwing. Nothing is written when nothing would change: then `ifMatch` does not count either,
   * because a repeated request finds its own first try. Else a tag that does not fit throws `version_conflict`.
   */
  change(id: string, decide: (current: T | undefined) => T, ifMatch?: IfMatch): Promise<Versioned<T>>;
  /** Takes the document out; `false` when there is none. Throws `version_conflict`. */
  remove(id: string, ifMatch?: IfMatch): Promise<boolean>;
}

/** Where and how documents of one kind are kept. */
export interface DocumentsOptions<T> {
  readonly tables: Tables;
  readonly kind: 'tenant' | 'feed' | 'caller';
  /** Reads what an older version of the app wrote, too: new fields need defaults. Fields of a newer one pass (`readStored`). */
  readonly schema: z.ZodType<T>;
  /** A new text for every write, of letters, digits and hyphens. */
  readonly newId: () => string;
}

interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly etag: string;
  readonly nonce: string;
}

const schemaVersion = 1;
const maxTries = 8;

/**
 * Creates the store of one kind in table `documents` (PartitionKey = kind, RowKey = id). There is no cache: a read is
 * one point query, and a suspended tenant or a revoked caller must count at once on every instance.
 */
export function createDocuments<T>({ tables, kind, schema, newId }: DocumentsOptions<T>): Documents<T> {
  const table = tables('documents');
  const toVersioned = (row: Row): Versioned<T> => ({
    id: row.rowKey,
    document: readStored(schema, unpackJson('document', { ...row })),
    etag: `"${row.nonce}"`,
  });

  async function change(id: string, decide: (current: T | undefined) => T, ifMatch?: IfMatch): Promise<Versioned<T>> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const row = await read(table, kind, id);
      const current = row === undefined ? undefined : toVersioned(row);
      const document = decide(current?.document);
      if (current !== undefined && isDeepStrictEqual(document, current.document)) return current;
      requireFit(ifMatch, current?.etag);
      const nonce = newId();
      if (await write(table, { kind, id, nonce, document, over: row })) return { id, document, etag: `"${nonce}"` };
    }
    throw busy();
  }

  async function remove(id: string, ifMatch?: IfMatch): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const row = await read(table, kind, id);
      // A row that was there and is gone after a try of ours: ours or somebody else's, it is out.
      if (row === undefined) return tries > 0;
      requireFit(ifMatch, `"${row.nonce}"`);
      try {
        await fromStorage(() => table.deleteEntity(kind, id, { etag: row.etag }));
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error; // somebody else was faster
      }
    }
    throw busy();
  }

  return {
    get: async (id) => {
      const row = await read(table, kind, id);
      return row === undefined ? undefined : toVersioned(row);
    },
    listPage: (query) => fromStorage(() => readPage(table, kind, query, toVersioned)),
    listAll: async () => {
      const found: Versioned<T>[] = [];
      const rows = table.listEntities<Row>({ queryOptions: { filter: odata`PartitionKey eq ${kind}` } });
      await fromStorage(async () => {
        for await (const row of rows) found.push(toVersioned(row as Row));
      });
      return found;
    },
    change,
    remove,
  };
}

async function readPage<T>(
  table: TableClient,
  kind: string,
  { limit, after = '' }: PageQuery,
  toVersioned: (row: Row) => Versioned<T>,
): Promise<Page<Versioned<T>>> {
  const filter = odata`PartitionKey eq ${kind} and RowKey gt ${after}`;
  const items: Versioned<T>[] = [];
  for await (const row of table.listEntities<Row>({ queryOptions: { filter } })) {
    if (items.length === limit) return { items, next: items.at(-1)?.id ?? '' };
    items.push(toVersioned(row as Row));
  }
  return { items };
}

async function read(table: TableClient, kind: string, id: string): Promise<Row | undefined> {
  return (await readRow(table, kind, id)) as Row | undefined;
}

interface Write {
  readonly kind: string;
  readonly id: string;
  readonly nonce: string;
  readonly document: unknown;
  /** The row to replace; none: there must be none. */
  readonly over: Row | undefined;
}

/** Whether the document is written. A try that failed is looked for before it counts: the reply may have been lost, not the write. */
async function write(table: TableClient, { kind, id, nonce, document, over }: Write): Promise<boolean> {
  const row = { partitionKey: kind, rowKey: id, schemaVersion, nonce, ...packJson('document', document) };
  try {
    await fromStorage(() =>
      over === undefined ? table.createEntity(row) : table.updateEntity(row, 'Replace', { etag: over.etag }),
    );
    return true;
  } catch (error) {
    if ((await read(table, kind, id))?.nonce === nonce) return true;
    if (isConflict(error)) return false; // somebody else was faster
    throw error;
  }
}

function requireFit(ifMatch: IfMatch, etag: string | undefined): void {
  if (fits(ifMatch, etag)) return;
  throw new RejectedInput('version_conflict', 'The document is no longer the one that If-Match names. Read it again.');
}

function busy(): UpstreamUnavailable {
  return new UpstreamUnavailable('Others keep changing the document.', { retryAfterMs: 1_000 });
}
