import { packJson, unpackJson } from '../../packed-json.ts';
import { fromItemKey, fromSortable, toSortable } from './keys.ts';
import type { Lane } from '../carry.ts';

/** Every row says by which layout it was written. */
export const schemaVersion = 1;

/** A row as the table client takes and gives it. */
export type Row = { partitionKey: string; rowKey: string } & Record<string, unknown>;

/** One piece of due work: where it stands in its lane is its row key. */
export interface WorkItem {
  readonly tenantId: string;
  readonly rowKey: string;
  readonly lane: Lane;
  /** When it is due; when it is leased, the lease's end. */
  readonly dueMs: number;
  /** The operation, or the callback. */
  readonly id: string;
  /** Tries begun: the claim counts in advance, a step that went well gives it back. */
  readonly attempts: number;
  readonly isLeased: boolean;
  /** Who wrote it last. */
  readonly nonce: string;
  readonly createdAtMs: number;
  /** Set while it is not in Defender yet: so that what is too late is found without reading operations. */
  readonly submitByMs?: number;
  /** Of a callback: what its delivery needs. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

export function toItemRow(item: WorkItem): Row {
  return {
    partitionKey: item.tenantId,
    rowKey: item.rowKey,
    schemaVersion,
    id: item.id,
    attempts: item.attempts,
    isLeased: item.isLeased,
    nonce: item.nonce,
    createdAt: toSortable(item.createdAtMs),
    ...(item.submitByMs === undefined ? {} : { submitBy: toSortable(item.submitByMs) }),
    ...(item.payload === undefined ? {} : packJson('payload', item.payload)),
  };
}

export function fromItemRow(row: Record<string, unknown>): WorkItem {
  const rowKey = String(row['rowKey']);
  const payload = payloadOf(row);
  return {
    tenantId: String(row['partitionKey']),
    rowKey,
    ...fromItemKey(rowKey),
    id: String(row['id']),
    attempts: Number(row['attempts']),
    isLeased: row['isLeased'] === true,
    nonce: String(row['nonce']),
    createdAtMs: fromSortable(String(row['createdAt'])),
    ...(row['submitBy'] === undefined ? {} : { submitByMs: fromSortable(String(row['submitBy'])) }),
    ...(payload === undefined ? {} : { payload }),
  };
}

/** A damaged payload is an empty one, which its delivery gives up: it must not hide everything else that is due in its lane. */
function payloadOf(row: Record<string, unknown>): WorkItem['payload'] {
  try {
    return unpackJson('payload', row) as WorkItem['payload'];
  } catch {
    return {};
  }
}
