import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { packJson, unpackJson } from '../../../shared/packed-json.ts';
import type { PackedProperties } from '../../../shared/packed-json.ts';
import { isConflict } from '../../../shared/work/transactions.store.ts';

/** How many entries of a list go into one row at most. */
const entriesPerRow = 4_000;
/** Entries that pack badly get more rows: a row holds 1 MiB. In bytes. */
const mostRowBytes = 640 * 1024;

/** Where a list of a feed is kept: rows of one write, named by it, so that a half-written list is never read. */
export interface ListPlace {
  readonly writeId: string;
  readonly entries: number;
}

/** An empty list. */
export const nowhere: ListPlace = { writeId: '', entries: 0 };

/** A newer write took the list's place after its state was read: the state is to be read again. */
export class ListReplaced extends UpstreamUnavailable {
  constructor(feedId: string, found: number, place: ListPlace) {
    super(`Feed ${feedId}: ${found} of ${place.entries} entries are there.`, { retryAfterMs: 1_000 });
    this.name = 'ListReplaced';
  }
}

/** How often a reader that was overtaken begins anew. */
const mostReads = 4;

/** Reads state and list together, and both again when a newer list took the place of the one that the state names. */
export async function againWhenReplaced<T>(read: () => Promise<T>): Promise<T> {
  for (let reads = 1; ; reads += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ListReplaced) || reads === mostReads) throw error;
    }
  }
}

/** Writes a list into rows of its own, in the feed's partition of table `feeds`. */
export async function writeList(
  table: TableClient,
  feedId: string,
  list: { readonly writeId: string; readonly entries: readonly unknown[] },
): Promise<ListPlace> {
  let n = 0;
  for (let start = 0; start < list.entries.length; start += entriesPerRow) {
    for (const packed of packRows(list.entries.slice(start, start + entriesPerRow))) {
      const rowKey = `${list.writeId}|${String(n).padStart(4, '0')}`;
      await table.upsertEntity({ partitionKey: partitionOf(feedId), rowKey, ...packed }, 'Replace');
      n += 1;
    }
  }
  return { writeId: list.writeId, entries: list.entries.length };
}

/** Every entry, in order. Throws {@link ListReplaced} when rows are gone. */
export async function readList<T>(table: TableClient, feedId: string, place: ListPlace): Promise<readonly T[]> {
  if (place.entries === 0) return [];
  const entries: T[] = [];
  for await (const row of table.listEntities({ queryOptions: { filter: rowsOf(feedId, place) } })) {
    for (const entry of unpackJson('list', row) as T[]) entries.push(entry);
  }
  if (entries.length !== place.entries) throw new ListReplaced(feedId, entries.length, place);
  return entries;
}

/** Takes a list away. */
export async function deleteList(table: TableClient, feedId: string, place: ListPlace): Promise<void> {
  if (place.entries > 0) await deleteRows(table, rowsOf(feedId, place));
}

/** What of a feed's rows stays: the lists that its state names, and everything written after a time. */
export interface Kept {
  readonly lists: readonly ListPlace[];
  /** RFC 3339. */
  readonly since: string;
}

/** Takes away what no state names: lists that were replaced, and what a crash left of a write that never came to its end. */
export async function deleteOtherLists(table: TableClient, feedId: string, { lists, since }: Kept): Promise<void> {
  const kept = lists.map(({ writeId }) => `${writeId}|`);
  const filter = odata`PartitionKey eq ${partitionOf(feedId)} and Timestamp lt ${new Date(since)}`;
  await deleteRows(table, filter, (rowKey) => kept.some((list) => rowKey.startsWith(list)));
}

/** Takes all lists of a feed away. */
export async function deleteLists(table: TableClient, feedId: string): Promise<void> {
  await deleteRows(table, odata`PartitionKey eq ${partitionOf(feedId)}`);
}

function packRows(entries: readonly unknown[]): readonly PackedProperties[] {
  const packed = packJson('list', entries);
  const bytes = Object.values(packed).reduce((sum, piece) => sum + piece.length, 0);
  if (bytes <= mostRowBytes || entries.length === 1) return [packed];
  const half = Math.ceil(entries.length / 2);
  return [...packRows(entries.slice(0, half)), ...packRows(entries.slice(half))];
}

function partitionOf(feedId: string): string {
  return `feed|${feedId}`;
}

function rowsOf(feedId: string, place: ListPlace): string {
  const [from, to] = [`${place.writeId}|`, `${place.writeId}~`];
  return odata`PartitionKey eq ${partitionOf(feedId)} and RowKey ge ${from} and RowKey lt ${to}`;
}

async function deleteRows(
  table: TableClient,
  filter: string,
  isKept: (rowKey: string) => boolean = () => false,
): Promise<void> {
  const select = ['PartitionKey', 'RowKey'];
  for await (const row of table.listEntities({ queryOptions: { filter, select } })) {
    if (isKept(String(row.rowKey))) continue;
    await table.deleteEntity(String(row.partitionKey), String(row.rowKey)).catch(unlessGone);
  }
}

function unlessGone(error: unknown): void {
  if (!isConflict(error)) throw error;
}
