import type { Operation } from '../contract/operation.ts';
import { isFinished } from '../contract/operation.ts';
import type { Acceptance, Claim } from './requests/accept.store.ts';
import type { NewOperation } from './new-operation.ts';
import type { Lane } from './carry.ts';
import type { CancelOptions, Controlled, Signal } from './requests/control.store.ts';
import type { DrainPass } from './carrying/drain.work.ts';
import { createEngine } from './engine.store.ts';
import type { WorkOptions } from './engine.store.ts';
import type { OperationFilter } from './stores/operations.store.ts';
import { unpackRequest } from './rows/operation-row.ts';
import type { RecalledBy } from './requests/recall.store.ts';
import { toOperation } from './rows/stored-operation.ts';
import type { StoredOperation } from './rows/stored-operation.ts';
import { ifAnswered } from './transactions.store.ts';

/** What an accept tells the one who asked. Hand it to `perform` to work on it at once. */
export type Accepted =
  | { readonly outcome: 'accepted'; readonly operation: Operation; readonly claim?: Claim }
  | { readonly outcome: 'replayed'; readonly operation: Operation }
  | { readonly outcome: 'running'; readonly operation: Operation; readonly claim?: Claim }
  /** Another operation has the name, and keeps it when it succeeds. */
  | { readonly outcome: 'taken'; readonly operationId: string }
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

/** Who has an exclusive name: an unfinished operation, or one that succeeded and keeps it. */
export interface NameHolder {
  readonly operationId: string;
  readonly operation?: Operation;
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
  const { gate } = options;
  const { claims, control, deadLetters, names, operations, oldestDue, addCallbacks, sweep, ready, ...engine } =
    createEngine(options);

  const show = async (stored: StoredOperation): Promise<Operation> =>
    toOperation(stored, isFinished(stored.status) ? 'open' : await gate(stored.tenantId));
  /** Of what was written just now: that the gate does not answer does not make it unwritten. */
  const showWritten = async (stored: StoredOperation): Promise<Operation> =>
    (await ifAnswered(() => show(stored))) ?? toOperation(stored, 'open');
  const told = async (acceptance: Acceptance): Promise<Accepted> => {
    if (!('stored' in acceptance)) return acceptance;
    const { stored, ...rest } = acceptance;
    return { ...rest, operation: await showWritten(stored) };
  };
  const answer = async (controlled: Controlled): Promise<Answered> => {
    if (controlled.outcome === 'not_found') return controlled;
    const { outcome, stored } = controlled;
    const operation = await showWritten(stored);
    if (outcome === 'wrong_state') return { outcome, operation };
    return { outcome, operation, ...(controlled.claim === undefined ? {} : { claim: controlled.claim }) };
  };

  /** Writes down what is asked for, all or nothing. */
  async function accept(input: NewOperation): Promise<Accepted> {
    const acceptance = await engine.accept(input);
    if (acceptance.outcome !== 'running' || input.isLeftToTimer === true) return told(acceptance);
    // What only waits for its timer is carried for whoever asks for it now.
    const claim = await claims.takeUp(acceptance.stored);
    return told({ ...acceptance, ...(claim === undefined ? {} : { claim }) });
  }

  /** What was accepted under this key before (`replayed` or `key_reused`), for whoever would refuse the request by now. */
  async function recall(input: RecalledBy): Promise<Accepted | undefined> {
    const known = await engine.recall(input);
    return known && told(known);
  }

  /** Works on what was just accepted or signaled, in this request, as long as it advances; gives it as it stands then. */
  async function perform(taken: Taken, maxWaitMs = 5_000): Promise<Operation> {
    const { claim, operation } = taken;
    if (!claim) return operation;
    const performed = await engine.perform(claim, maxWaitMs);
    if (performed === 'Kept') return showWritten(claim.stored);
    return (await ifAnswered(() => read(operation.tenantId, operation.id))) ?? operation;
  }

  /** Carries what is due in a lane. Runs side by side with others, in this process or elsewhere. */
  async function drain(lane: Lane, pass: DrainPass): Promise<{ readonly carried: number }> {
    return { carried: await engine.drain(lane, pass) };
  }

  /**
   * Ends what was not sent yet (`done`), or asks for an end (`requested`). Repeating it gives the same answer.
   * With `isPerformedHere` this process carries on what was asked: it calls `perform` with the answer.
   */
  async function cancel(tenantId: string, id: string, how: CancelOptions = {}): Promise<Answered> {
    const canceled = await control.cancel(tenantId, id, how);
    const { callbacks = [] } = canceled.outcome === 'done' ? canceled : {};
    await engine.deliverAtOnce(callbacks);
    return answer(canceled);
  }

  async function read(tenantId: string, id: string): Promise<Operation | undefined> {
    const stored = await operations.read(tenantId, id);
    return stored && show(stored);
  }

  /** The same with its own stage, also while its tenant may not be called: what it waits for besides. */
  async function readUngated(tenantId: string, id: string): Promise<Operation | undefined> {
    const stored = await operations.read(tenantId, id);
    return stored && toOperation(stored, 'open');
  }

  /** What an operation was accepted with; `undefined` when it succeeded, or is forgotten. */
  async function readRequest(tenantId: string, id: string): Promise<unknown> {
    const stored = await operations.read(tenantId, id);
    return stored && unpackRequest(stored);
  }

  /** Who has an exclusive name now; `operation` is absent when it is forgotten by now. */
  async function holderOf(tenantId: string, name: string): Promise<NameHolder | undefined> {
    const holder = await names.holderOf(tenantId, name);
    if (holder?.stored === undefined) return holder && { operationId: holder.operationId };
    return { operationId: holder.operationId, operation: await show(holder.stored) };
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
    readUngated,
    readRequest,
    holderOf,
    list,
    /** How many operations of a tenant there are, `enough` at most. */
    count: (tenantId: string, filter: OperationFilter, enough: number): Promise<number> =>
      operations.count(tenantId, filter, enough),
    /** Ids of one sort that a tenant's operations have on Microsoft's side. */
    listReferences: operations.listReferences,
    cancel,
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
    redrive: engine.redrive,
    /** Once an hour: forgets what is past its time, finds what was left behind. */
    sweep,
    /** A tenant may be called again: everything it waited with is due now. */
    async wake(tenantId: string): Promise<void> {
      for (const lane of ['actions', 'alerts', 'sync'] as const) await ready.wake(lane, tenantId);
    },
  };
}
