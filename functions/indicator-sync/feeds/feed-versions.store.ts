import type { RestError } from '@azure/core-rest-pipeline';
import { odata } from '@azure/data-tables';
import type { TableClient, TableEntityResult } from '@azure/data-tables';
import { packJson, unpackJson } from '../../../shared/packed-json.ts';
import { deleteList, deleteLists, deleteOtherLists, nowhere, readList, writeList } from './feed-lists.store.ts';
import type { ListPlace } from './feed-lists.store.ts';

const statesPartition = 'states';
/** No write takes as long: rows that are so much older than the state that was replaced, and that no state names, are nobody's. */
const longestWriteMs = 3_600_000;

/** What is known of a feed besides its document; `S` is the small part that is read for every feed at once. */
export interface StoredFeedState<S> {
  readonly feedId: string;
  readonly state: S;
  readonly contents: ListPlace;
  readonly rejects: ListPlace;
  readonly etag: string;
  /** When storage took it; RFC 3339, by storage's clock. */
  readonly writtenAt: string;
}

/** The part of a write that replaces what is stored: a list left out stays as it is. */
export interface FeedWrite<S, C, R> {
  readonly state: S;
  readonly contents?: readonly C[];
  readonly rejects?: readonly R[];
}

/** Versions of feeds in table `feeds`: a state row per feed in one partition, long lists in the feed's own. */
export interface FeedVersions<S, C, R> {
  /** The states of all feeds: one query. */
  readStates(): Promise<readonly StoredFeedState<S>[]>;
  readState(feedId: string): Promise<StoredFeedState<S> | undefined>;
  /** Every entry of the accepted version; throws `ListReplaced` when a newer one took its place: read the state again. */
  readContents(stored: StoredFeedState<S>): Promise<readonly C[]>;
  readRejects(stored: StoredFeedState<S>): Promise<readonly R[]>;
  /** Writes lists first, then the state: the state row is the commit. False when somebody else wrote since `before` was read. */
  write(feedId: string, write: FeedWrite<S, C, R>, before: StoredFeedState<S> | undefined): Promise<boolean>;
  /** Forgets the feed, its contents and rejects. */
  remove(feedId: string): Promise<void>;
}

/** Opens the versions of feeds; `newId` names each write. */
export function createFeedVersions<S, C, R>(table: TableClient, newId: () => string): FeedVersions<S, C, R> {
  const readState = async (feedId: string): Promise<StoredFeedState<S> | undefined> => {
    try {
      return toStored<S>(await table.getEntity(statesPartition, feedId));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  };
  return {
    readState,
    readStates: async () => {
      const states: StoredFeedState<S>[] = [];
      for await (const row of table.listEntities({
        queryOptions: { filter: odata`PartitionKey eq ${statesPartition}` },
      })) {
        states.push(toStored<S>(row));
      }
      return states;
    },
    readContents: (stored) => readList<C>(table, stored.feedId, stored.contents),
    readRejects: (stored) => readList<R>(table, stored.feedId, stored.rejects),
    write: async (feedId, write, before) => {
      const place = async (entries: readonly unknown[] | undefined, old: ListPlace | undefined) =>
        entries ? await writeList(table, feedId, { writeId: newId(), entries }) : (old ?? nowhere);
      const contents = await place(write.contents, before?.contents);
      const rejects = await place(write.rejects, before?.rejects);
      const stored = { feedId, state: write.state, contents, rejects, etag: before?.etag ?? '' };
      const committed = await commit(table, stored, newId());
      const stale = committed
        ? [write.contents ? before?.contents : undefined, write.rejects ? before?.rejects : undefined]
        : [write.contents ? contents : undefined, write.rejects ? rejects : undefined];
      for (const list of stale) if (list) await deleteList(table, feedId, list);
      if (committed && before) {
        const since = new Date(Date.parse(before.writtenAt) - longestWriteMs).toISOString();
        await deleteOtherLists(table, feedId, { lists: [contents, rejects], since });
      }
      return committed;
    },
    remove: async (feedId) => {
      await table.deleteEntity(statesPartition, feedId).catch(unlessMissing);
      await deleteLists(table, feedId);
    },
  };
}

async function commit<S>(
  table: TableClient,
  stored: Omit<StoredFeedState<S>, 'writtenAt'>,
  commitId: string,
): Promise<boolean> {
  const row = {
    partitionKey: statesPartition,
    rowKey: stored.feedId,
    schemaVersion: 1,
    commitId,
    contentsId: stored.contents.writeId,
    contentsEntries: stored.contents.entries,
    rejectsId: stored.rejects.writeId,
    rejectsEntries: stored.rejects.entries,
    ...packJson('state', stored.state),
  };
  try {
    if (stored.etag) await table.updateEntity(row, 'Replace', { etag: stored.etag });
    else await table.createEntity(row);
    return true;
  } catch (error) {
    if (!isStatus(error, 409) && !isStatus(error, 412)) throw error;
    // The reply of our own first try may have been lost: the row then carries the id of this very write.
    return (await table.getEntity(statesPartition, stored.feedId))['commitId'] === commitId;
  }
}

function toStored<S>(row: TableEntityResult<Record<string, unknown>>): StoredFeedState<S> {
  return {
    feedId: String(row.rowKey),
    state: unpackJson('state', row) as S,
    contents: { writeId: String(row['contentsId']), entries: Number(row['contentsEntries']) },
    rejects: { writeId: String(row['rejectsId']), entries: Number(row['rejectsEntries']) },
    etag: row.etag,
    writtenAt: String(row.timestamp),
  };
}

function isStatus(error: unknown, status: number): boolean {
  return (error as Partial<RestError> | undefined)?.statusCode === status;
}

function unlessMissing(error: unknown): void {
  if (!isStatus(error, 404)) throw error;
}
