import type { Clock } from '../clock.ts';
import type { Operation, OperationKind } from '../contract/operation.ts';
import { isFinished } from '../contract/operation.ts';
import type { Log } from '../log.ts';
import type { Tables } from '../tables.client.ts';
import { createAccept } from './accept.store.ts';
import type { Acceptance, Claim, NewOperation } from './accept.store.ts';
import type { CallbackCarry, Carry, Gate, Lane } from './carry.ts';
import { createCarryOn } from './carry.work.ts';
import { createClaims } from './claims.store.ts';
import { createControl } from './control.store.ts';
import type { Controlled, Signal } from './control.store.ts';
import { createCarryItem, createExpire } from './carry-item.work.ts';
import { createDeadLetters } from './dead-letters.store.ts';
import { createDeliver } from './deliver.work.ts';
import { createDrain } from './drain.work.ts';
import type { DrainPass } from './drain.work.ts';
import { createAddCallbacks, createEventsOf } from './events.store.ts';
import type { CallbacksOf } from './events.store.ts';
import { createItems } from './items.store.ts';
import { createOldestDue } from './oldest-due.store.ts';
import { createOperations } from './operations.store.ts';
import type { OperationFilter } from './operations.store.ts';
import { createPerform } from './perform.work.ts';
import { createPartitions } from './partitions.store.ts';
import { createReady } from './ready.store.ts';
import { createRecall } from './recall.store.ts';
import type { RecalledBy } from './recall.store.ts';
import { createSweep } from './sweep.store.ts';
import { toOperation } from './stored-operation.ts';
import type { StoredOperation } from './stored-operation.ts';

export interface WorkOptions {
  readonly tables: Tables;
  readonly now: Clock;
  /** Unique among all instances: a UUID. */
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Waits; a drain's way to try a fresh callback once more after 5 s. */
  readonly wait: (ms: number) => Promise<void>;
  /** How a kind is carried. Asked at every step, so carries may be made after the engine that they accept into. */
  readonly carryOf: (kind: OperationKind) => Carry;
  readonly carryCallback: CallbackCarry;
  readonly callbacksOf: CallbacksOf;
  /** Whether a tenant's Defender may be called. Asked often: answer from a cache. `open` while a tenant is being removed. */
  readonly gate: (tenantId: string) => Promise<Gate>;
  /** For tests and measurements. */
  readonly leaseMs?: number;
  readonly maxBacklog?: number;
}

/** What an accept tells the one who asked. Hand it to `perform` to work on it at once. */
export type Accepted =
  | { readonly outcome: 'accepted'; readonly operation: Operation; readonly claim?: Claim }
  | { readonly outcome: 'replayed'; readonly operation: Operation }
  | { readonly outcome: 'running'; readonly operation: Operation; readonly claim?: Claim }
  | { readonly outcome: 'key_reused' }
  | { readonly outcome: 'too_many_requests'; readonly retryAfterMs: number };

/** What became of a cancel or a signal. `done`: canceled. `requested`: written, its carry will act on it. */
export type Answered =
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'wrong_state'; readonly operation: Operation }
  | { readonly outcome: 'done' | 'requested'; readonly operation: Operation; readonly claim?: Claim };

/** An operation that this process has claimed, if it has. */
export interface Taken {
  readonly operation: Operation;
  readonly claim?: Claim;
}

/** A page of a list: `cursor` is what the page before ended with. */
export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  readonly cursor?: string;
}

export type Work = ReturnType<typeof createWork>;

/**
 * The durable engine. Every method throws `UpstreamUnavailable` when storage does not answer; an accept that throws it has
 * promised nothing.
 */
export function createWork(options: WorkOptions) {
  const { now, gate } = options;
  const table = options.tables('work');
  const ready = createReady({ table: options.tables('ready'), now });
  const engine = {
    ...options,
    table,
    ready,
    leaseMs: options.leaseMs ?? 90_000,
    maxBacklog: options.maxBacklog ?? 10_000,
  };
  const items = createItems(engine);
  const eventsOf = createEventsOf(engine);
  const claims = createClaims({ ...engine, eventsOf });
  const control = createControl({ ...engine, eventsOf });
  const carryOn = createCarryOn({ ...engine, claims });
  const deliver = createDeliver(engine);
  const carryItem = createCarryItem({ ...engine, claims, carryOn, deliver });
  const partitions = createPartitions({ ready: options.tables('ready'), now });
  const acceptIt = createAccept({ ...engine, partitions });
  const recallIt = createRecall(table);
  const addCallbacks = createAddCallbacks({ ...engine, partitions });
  const deadLetters = createDeadLetters(engine);
  const sweep = createSweep({ ...engine, items, partitions });
  const performIt = createPerform({ ...engine, claims, carryOn, deliver });
  const drainIt = createDrain({ ...engine, items, carryItem, expire: createExpire({ claims, now }) });
  const operations = createOperations(table);
  const oldestDue = createOldestDue({ ...engine, items });

  const show = async (stored: StoredOperation): Promise<Operation> =>
    toOperation(stored, isFinished(stored.status) ? 'open' : await gate(stored.tenantId));
  const told = async (acceptance: Acceptance): Promise<Accepted> => {
    if (!('stored' in acceptance)) return acceptance;
    const { stored, ...rest } = acceptance;
    return { ...rest, operation: await show(stored) };
  };
  const answer = async (controlled: Controlled): Promise<Answered> => {
    if (controlled.outcome === 'not_found') return controlled;
    const { stored, ...rest } = controlled;
    return { ...rest, operation: await show(stored) };
  };

  /** Writes down what is asked for, all or nothing. */
  async function accept(input: NewOperation): Promise<Accepted> {
    const acceptance = await acceptIt(input);
    if (acceptance.outcome !== 'running' || input.isLeftToTimer === true) return told(acceptance);
    // What only waits for its timer is carried for whoever asks for it now.
    const claim = await claims.takeUp(acceptance.stored);
    return told({ ...acceptance, ...(claim === undefined ? {} : { claim }) });
  }

  /** What was accepted under this key before (`replayed` or `key_reused`), for whoever would refuse the request by now. */
  async function recall(input: RecalledBy): Promise<Accepted | undefined> {
    const known = await recallIt(input);
    return known && told(known);
  }

  /** Works on what was just accepted or signaled, in this request, as long as it advances; gives it as it stands then. */
  async function perform(taken: Taken, maxWaitMs = 5_000): Promise<Operation> {
    const { claim, operation } = taken;
    if (!claim) return operation;
    const performed = await performIt(claim, maxWaitMs);
    return performed === 'Kept' ? show(claim.stored) : ((await read(operation.tenantId, operation.id)) ?? operation);
  }

  /** Carries what is due in a lane. Runs side by side with others, in this process or elsewhere. */
  async function drain(
    lane: Lane,
    pass: DrainPass,
  ): Promise<{ readonly carried: number; readonly oldestDue?: string }> {
    const carried = await drainIt(lane, pass);
    const oldestMs = await oldestDue([lane]);
    return { carried, ...(oldestMs === undefined ? {} : { oldestDue: new Date(oldestMs).toISOString() }) };
  }

  async function read(tenantId: string, id: string): Promise<Operation | undefined> {
    const stored = await operations.read(tenantId, id);
    return stored && show(stored);
  }

  /** Newest first; `undefined` when the cursor is none of ours. */
  async function list(tenantId: string, filter: OperationFilter, page: Page): Promise<OperationPage | undefined> {
    const found = await operations.list(tenantId, filter, page);
    return found && { ...found, operations: await Promise.all(found.operations.map(show)) };
  }

  return {
    accept,
    recall,
    perform,
    drain,
    read,
    list,
    /** Ends what was not sent yet (`done`), or asks for an end (`requested`). Repeating it gives the same answer. */
    cancel: async (tenantId: string, id: string): Promise<Answered> => answer(await control.cancel(tenantId, id)),
    /** Tells an operation what it waits for (an approval). */
    signal: async (tenantId: string, id: string, signal: Signal): Promise<Answered> =>
      answer(await control.signal(tenantId, id, signal)),
    /** Since when the oldest work of these lanes waits, if any is due; work of tenants that may not be called is left out. */
    oldestDue,
    /** Puts events that belong to no operation on their way to the partner. `partition`: a tenant, or `feed|{feedId}`. */
    addCallbacks,
    /** Failed alerts and callbacks nobody took, newest first; `undefined` when the cursor is none of ours. */
    listDeadLetters: deadLetters.list,
    /** Carries dead letters on; gives how many (with `dryRun`: would be). */
    redrive: deadLetters.redrive,
    /** Once an hour: forgets what is past its time, finds what was left behind. */
    sweep,
    /** A tenant may be called again: everything it waited with is due now. */
    async wake(tenantId: string): Promise<void> {
      for (const lane of ['actions', 'alerts', 'sync'] as const) await ready.wake(lane, tenantId);
    },
  };
}
