import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import { isFinished } from '../../contract/operation.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import { createBacklog } from '../stores/backlog.store.ts';
import { laneOf } from '../carry.ts';
import { operationIdOf } from '../rows/keys.ts';
import type { Names } from '../stores/names.store.ts';
import type { NewOperation } from '../new-operation.ts';
import type { Partitions } from '../stores/partitions.store.ts';
import type { Ready } from '../stores/ready.store.ts';
import type { WorkItem } from '../rows/item-row.ts';
import type { StoredOperation } from '../rows/stored-operation.ts';
import { insertsOf, toStored } from '../rows/to-stored.ts';
import { readOperation, writeOperation } from '../transactions.store.ts';

/** An operation that this process may carry now, and no other. */
export interface Claim {
  stored: StoredOperation;
  item: WorkItem;
  /** Somebody wrote something (a cancel, an approval) since the step began. */
  isInterrupted?: boolean;
  /** How often others wrote just when this process did. */
  conflicts?: number;
}

/** What became of a request, before it is shown to anybody. */
export type Acceptance =
  | { readonly outcome: 'accepted'; readonly stored: StoredOperation; readonly claim?: Claim }
  | { readonly outcome: 'replayed' | 'running'; readonly stored: StoredOperation }
  /** Another operation has the name, and keeps it when it succeeds. */
  | { readonly outcome: 'taken'; readonly operationId: string }
  | { readonly outcome: 'key_reused' }
  | { readonly outcome: 'too_many_requests'; readonly retryAfterMs: number };

export interface AcceptOptions {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly partitions: Partitions;
  readonly names: Names;
  readonly now: Clock;
  readonly newId: () => string;
  readonly leaseMs: number;
  readonly maxBacklog: number;
}

/** An exclusive name can be let go just when it was found taken: then once more, but not for ever. */
const maxTries = 5;

/** Accepts operations: durably written in one transaction, or not at all. */
export function createAccept(options: AcceptOptions): (input: NewOperation) => Promise<Acceptance> {
  const { table, ready, names } = options;
  const backlog = createBacklog(options);

  return async (input) => {
    const id = operationIdOf(input.tenantId, input.callerId ?? '', input.dedupeKey);
    if (input.ignoresBacklog !== true && (await backlog.isFull(input.tenantId))) {
      const known = await readOperation(table, input.tenantId, id);
      return known ? asReplay(known, input) : { outcome: 'too_many_requests', retryAfterMs: backlog.retryAfterMs };
    }
    await options.partitions.note(input.tenantId);
    await ready.announce(laneOf[input.kind], input.tenantId, input.dueAtMs ?? options.now());
    for (let tries = 0; tries < maxTries; tries += 1) {
      const facts = { nowMs: options.now(), nonce: options.newId(), leaseMs: options.leaseMs };
      const { stored, item } = toStored(id, input, facts);
      const written = await writeOperation(table, stored, insertsOf(stored, item));
      if (written.isWritten) {
        backlog.add(input.tenantId);
        return accepted(written.stored, item);
      }
      const { current } = written;
      if (current?.acceptNonce === stored.acceptNonce) return { outcome: 'accepted', stored: current };
      if (current) return asReplay(current, input);
      const held = await heldBy(input);
      if (held) return held;
    }
    throw new UpstreamUnavailable('The work could not be stored.', { retryAfterMs: 1_000 });
  };

  /** Nobody has the key: then the exclusive name was taken; `undefined` when it was let go in between, or its time is over. */
  async function heldBy({ tenantId, exclusive, keepsNameMs }: NewOperation): Promise<Acceptance | undefined> {
    if (exclusive === undefined) return undefined;
    const holder = await names.holderOf(tenantId, exclusive);
    if (!holder) await names.forgetExpired(tenantId, exclusive);
    if (!holder) return undefined;
    const { stored, operationId } = holder;
    const isRunning = stored !== undefined && !isFinished(stored.status) && keepsNameMs === undefined;
    return isRunning ? { outcome: 'running', stored } : { outcome: 'taken', operationId };
  }
}

function accepted(stored: StoredOperation, item: WorkItem): Acceptance {
  // When the reply was lost for long, others may have changed it meanwhile: then it is theirs.
  const isOurs = item.isLeased && stored.itemKey === item.rowKey;
  return { outcome: 'accepted', stored, ...(isOurs ? { claim: { stored, item } } : {}) };
}

/** What an operation is to a request with its key: the same request again, or another one. */
export function asReplay(stored: StoredOperation, input: Pick<NewOperation, 'fingerprint'>): Acceptance {
  return stored.fingerprint === input.fingerprint ? { outcome: 'replayed', stored } : { outcome: 'key_reused' };
}
