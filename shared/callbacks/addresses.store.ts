import { isDeepStrictEqual } from 'node:util';
import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock.ts';
import { UpstreamUnavailable } from '../errors.ts';
import type { Tables } from '../tables.client.ts';
import { fromStorage, isConflict, readRow } from '../work/transactions.store.ts';
import { admitTo, afterDelivery, afterVerifying, toCallbackState } from './address-state.ts';
import type { AddressAdmission, AddressState, CallbackState } from './address-state.ts';
import type { DeliveryResult } from './delivery-result.ts';
import { inGroups } from './in-groups.ts';
import type { VerifyAddress } from './verify-address.client.ts';

/** The addresses that callers want to be called back at. Every method throws `UpstreamUnavailable` when storage does not answer. */
export interface CallbackAddresses {
  readonly readState: (callerId: string, url: string) => Promise<CallbackState>;
  /** What is known of all addresses, by caller. */
  readonly readAll: () => Promise<ReadonlyMap<string, AddressState>>;
  /** Asks the address whether it wants our callbacks (10 s at most) and keeps what came of it. Throws `UpstreamUnavailable` when the vault does not answer. */
  readonly verify: (callerId: string, url: string) => Promise<void>;
  /** Asks before an attempt; whoever is told `Go` makes it, and says with `record` what came of it. */
  readonly admit: (callerId: string, url: string) => Promise<AddressAdmission>;
  /** Gives the state of the address after the attempt. */
  readonly record: (callerId: string, url: string, result: DeliveryResult) => Promise<CallbackState>;
  /** Forgets what is known of the caller's address. */
  readonly forget: (callerId: string) => Promise<void>;
}

/** What the store needs. `newId` gives a new text for every write. */
export interface CallbackAddressesOptions {
  readonly tables: Tables;
  readonly verifyAddress: VerifyAddress;
  readonly now: Clock;
  readonly newId: () => string;
}

type Decide = (known: AddressState | undefined) => AddressState | undefined;

type Row = Readonly<Record<string, unknown>>;

const partition = 'callback-address';
const schemaVersion = 1;
const maxTries = 10;

/**
 * Creates the store, in table `documents`: a row for each caller (RowKey = callerId), changed by compare-and-swap. What one
 * process does with a caller's row goes in groups, so that a burst of callbacks is not a burst of writes to one row.
 */
export function createCallbackAddresses(options: CallbackAddressesOptions): CallbackAddresses {
  const { tables, verifyAddress, now, newId } = options;
  const table = tables('documents');
  const change = inGroups((callerId: string, decisions: readonly Decide[]) =>
    write(table, { callerId, newId, decide: (known) => decisions.reduce((state, decide) => decide(state), known) }),
  );

  return {
    readState: async (callerId, url) => toCallbackState(toState(await readRow(table, partition, callerId)), url),
    readAll: () => fromStorage(() => readAll(table)),
    verify: async (callerId, url) => {
      const verdict = await verifyAddress({ callerId, url });
      await change(callerId, (known) => afterVerifying(known, { url, verdict, nowMs: now() }));
    },
    admit: async (callerId, url) => {
      let admission: AddressAdmission = { admission: 'Unverified' };
      await change(callerId, (known) => {
        const asked = admitTo(known, url, now());
        admission = asked.admission;
        return asked.next;
      });
      return admission;
    },
    record: async (callerId, url, result) => {
      let after: AddressState | undefined;
      await change(callerId, (known) => (after = afterDelivery(known, { url, result, nowMs: now() })));
      return toCallbackState(after, url);
    },
    forget: async (callerId) => {
      try {
        await fromStorage(() => table.deleteEntity(partition, callerId));
      } catch (error) {
        if (!isConflict(error)) throw error; // there was none
      }
    },
  };
}

async function readAll(table: TableClient): Promise<ReadonlyMap<string, AddressState>> {
  const all = new Map<string, AddressState>();
  const rows = table.listEntities<Row>({ queryOptions: { filter: odata`PartitionKey eq ${partition}` } });
  for await (const row of rows) {
    const state = toState(row);
    if (state !== undefined) all.set(row.rowKey ?? '', state);
  }
  return all;
}

interface Write {
  readonly callerId: string;
  readonly decide: Decide;
  readonly newId: () => string;
}

/** Writes what is made of the row as it stands, asked again when somebody else wrote in between; nothing when nothing changes. */
async function write(table: TableClient, { callerId, decide, newId }: Write): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const row = await readRow(table, partition, callerId);
    const known = toState(row);
    const next = decide(known);
    if (next === undefined || isDeepStrictEqual(next, known)) return;
    const nonce = newId();
    const entity = { partitionKey: partition, rowKey: callerId, schemaVersion, nonce, state: JSON.stringify(next) };
    try {
      await fromStorage(() =>
        row === undefined
          ? table.createEntity(entity)
          : table.updateEntity(entity, 'Replace', { etag: String(row['etag']) }),
      );
      return;
    } catch (error) {
      if ((await readRow(table, partition, callerId))?.['nonce'] === nonce) return; // our write, its reply was lost
      if (!isConflict(error)) throw error;
    }
  }
  throw new UpstreamUnavailable('Others keep changing what is known of the address.', { retryAfterMs: 1_000 });
}

/** The state is kept as JSON; nobody but this file writes it. */
function toState(row: Row | undefined): AddressState | undefined {
  const json = row?.['state'];
  return typeof json === 'string' ? (JSON.parse(json) as AddressState) : undefined;
}
