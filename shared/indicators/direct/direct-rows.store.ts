import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { fromStorage, readRow } from '../../work/transactions.store.ts';
import { blocked, isForgotten, proposed, settled, takenBack } from './direct-record.ts';
import type { DirectRecord, Proposal } from './direct-record.ts';
import { changeRecord, findRecords, listRows, readRecords, removeRow } from './direct-records.store.ts';
import type { RecordChange } from './direct-records.store.ts';
import { directSourceSchema } from './direct-row.ts';
import type { DirectRow } from './direct-row.ts';
import type { IndicatorIdentity } from '../feed-item.ts';

/** What a tenant's actions and alert responses asked for. */
export interface DirectState {
  /** Another text means that something changed; absent when nobody ever asked. Read before the records: it may be older, never newer. */
  readonly mark?: string;
  readonly records: readonly DirectRecord[];
}

/**
 * Rows asked for directly, in table `ledger`: per tenant one row for each value and kind of asker, and in one partition for all tenants a
 * mark that changes with them, so that the sync's timer sees with one query where something is to be done. Throws `UpstreamUnavailable`.
 */
export interface DirectRows {
  read(tenantId: string): Promise<DirectState>;
  /** The marks of all tenants. */
  readMarks(): Promise<ReadonlyMap<string, string>>;
  /** What was asked for about one value. */
  find(tenantId: string, identity: IndicatorIdentity): Promise<readonly DirectRecord[]>;
  /** An operation wants a row, until it says how it ended; see `proposed`. */
  propose(tenantId: string, proposal: Proposal & { readonly row: DirectRow }): Promise<void>;
  /** An operation wants a value to be held no more, whoever asked for it. */
  proposeRemoval(tenantId: string, proposal: Omit<Proposal, 'source' | 'row'>): Promise<void>;
  /** The operation went through: what it asked for stays. */
  settle(tenantId: string, identity: IndicatorIdentity, operationId: string): Promise<void>;
  /** The operation failed: what held before holds again. */
  takeBack(tenantId: string, identity: IndicatorIdentity, operationId: string): Promise<void>;
  /** Rows of an alert's response; repeating it changes nothing. */
  block(tenantId: string, rows: readonly DirectRow[]): Promise<void>;
  /** Forgets the rows whose time is over. */
  forgetOver(tenantId: string, records: readonly DirectRecord[], nowMs: number): Promise<void>;
  /** Forgets a tenant. */
  removeAll(tenantId: string): Promise<void>;
}

const marksPartition = 'direct';

/** Opens the rows; `newId` makes the marks. */
export function createDirectRows(table: TableClient, newId: () => string): DirectRows {
  /** Always last, and also when nothing had to be written: who was here before may have died in between. */
  const mark = async (tenantId: string): Promise<void> => {
    const row = { partitionKey: marksPartition, rowKey: tenantId, schemaVersion: 1, mark: newId() };
    await fromStorage(() => table.upsertEntity(row, 'Replace'));
  };
  const changeAll = async (tenantId: string, identity: IndicatorIdentity, next: RecordChange): Promise<void> => {
    for (const source of directSourceSchema.options) await changeRecord(table, { tenantId, source, identity }, next);
  };
  return {
    read: async (tenantId) => {
      const row = await readRow(table, marksPartition, tenantId);
      if (row === undefined) return { records: [] };
      return { mark: String(row['mark']), records: await readRecords(table, tenantId) };
    },
    readMarks: async () => {
      const filter = odata`PartitionKey eq ${marksPartition}`;
      const rows = await listRows(table, filter);
      return new Map(rows.map((row) => [String(row['rowKey']), String(row['mark'])]));
    },
    find: (tenantId, identity) => findRecords(table, tenantId, identity),
    propose: async (tenantId, proposal) => {
      const { source } = proposal;
      await changeRecord(table, { tenantId, source, identity: proposal }, (current) => proposed(current, proposal));
      await mark(tenantId);
    },
    proposeRemoval: async (tenantId, proposal) => {
      const remove: RecordChange = (current) => current && proposed(current, { ...proposal, source: current.source });
      await changeAll(tenantId, proposal, remove);
      await mark(tenantId);
    },
    settle: (tenantId, identity, operationId) =>
      changeAll(tenantId, identity, (current) => settled(current, operationId)),
    takeBack: async (tenantId, identity, operationId) => {
      await changeAll(tenantId, identity, (current) => takenBack(current, operationId));
      await mark(tenantId);
    },
    block: async (tenantId, rows) => {
      if (rows.length === 0) return;
      for (const row of rows) {
        const { source } = row;
        await changeRecord(table, { tenantId, source, identity: row }, (current) => blocked(current, row));
      }
      await mark(tenantId);
    },
    forgetOver: async (tenantId, records, nowMs) => {
      const forget: RecordChange = (current) => (current && isForgotten(current, nowMs) ? undefined : current);
      for (const record of records.filter((each) => isForgotten(each, nowMs)))
        await changeRecord(table, { tenantId, source: record.source, identity: record }, forget);
    },
    removeAll: async (tenantId) => {
      for (const record of await readRecords(table, tenantId))
        await changeRecord(table, { tenantId, source: record.source, identity: record }, () => undefined);
      await removeRow(table, marksPartition, tenantId);
    },
  };
}
