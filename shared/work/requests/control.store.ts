import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import type { OperationStage } from '../../contract/operation.ts';
import { isFinished } from '../../contract/operation.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Claim } from './accept.store.ts';
import { laneOf } from '../carry.ts';
import type { Progress } from '../carry.ts';
import type { EventsOf } from '../events.store.ts';
import type { Ready } from '../stores/ready.store.ts';
import { fromItemRow } from '../rows/item-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import { nextVersion } from '../rows/stored-operation.ts';
import type { OperationChange, StoredOperation } from '../rows/stored-operation.ts';
import { readOperation, readRow, writeOperation } from '../transactions.store.ts';
import { moveItem, toActions, toFinished } from '../rows/transitions.ts';
import type { Transition } from '../rows/transitions.ts';

export interface ControlOptions {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly now: Clock;
  readonly newId: () => string;
  readonly leaseMs: number;
  readonly eventsOf: EventsOf;
}

/** What became of a wish about an operation that exists; `wrong_state` when it is too late for it. */
export type Controlled =
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'wrong_state'; readonly stored: StoredOperation }
  | {
      readonly outcome: 'done' | 'requested';
      readonly stored: StoredOperation;
      readonly claim?: Claim;
      /** What it tells the partner, for whoever wants to try at once. */
      readonly callbacks?: readonly WorkItem[];
    };

/** Something an operation waits for: stands in `signals` for every later step. */
export interface Signal {
  readonly name: string;
  /** Any JSON value. */
  readonly value: unknown;
  /** Only while the operation is at that stage, else `wrong_state`. */
  readonly whileAt?: OperationStage;
  /** What its readers see from then on; `result` is added to what is known. Another `stage` makes a signal with `whileAt` unique. */
  readonly progress?: Pick<Progress, 'stage' | 'result'>;
  /** `true`: the operation is taken for this process, which calls `perform` with the answer. */
  readonly isPerformedHere?: boolean;
}

/** How an end is asked for. */
export type CancelOptions = Pick<Signal, 'isPerformedHere'>;

/** Others may be quicker again and again, but not for ever. */
const maxTries = 20;

type Planned = Transition & { readonly outcome: 'done' | 'requested'; readonly from?: { readonly rowKey: string } };

/** What others than its worker do to an operation. Each wish is one transaction, made again when somebody was quicker. */
export function createControl(options: ControlOptions) {
  const { table, ready, now, newId } = options;

  /**
   * Ends an operation at once when no intent was written, for then nothing was sent, and a step that runs now cannot send
   * any more. Otherwise its carry is told, and decides. `isPerformedHere`: as with a signal.
   */
  async function cancel(tenantId: string, id: string, { isPerformedHere = false }: CancelOptions): Promise<Controlled> {
    const answer = await change(tenantId, id, async (stored) => {
      if (stored.isCancelRequested) return undefined;
      if (stored.intents > 0) return plan(stored, { isCancelRequested: true, stage: 'Canceling' }, isPerformedHere);
      const verdict = { to: 'Canceled' as const, attempts: stored.attempts, progress: {} };
      const next = toFinished(stored, verdict, { nowMs: now(), nonce: newId() });
      return { outcome: 'done', next, from: { rowKey: stored.itemKey ?? '' } };
    });
    const isCanceled = answer.outcome === 'wrong_state' && answer.stored.status === 'Canceled';
    return isCanceled ? { outcome: 'done', stored: answer.stored } : answer;
  }

  /** Tells an operation what it waits for, and makes it due. */
  function signal(tenantId: string, id: string, given: Signal): Promise<Controlled> {
    return change(tenantId, id, async (stored) => {
      if (given.whileAt !== undefined && stored.stage !== given.whileAt) return 'wrong_state';
      const signals = { ...stored.signals, [given.name]: given.value };
      const { stage, result } = given.progress ?? {};
      const seen = {
        ...(stage === undefined ? {} : { stage }),
        ...(result === undefined ? {} : { result: { ...stored.result, ...result } }),
      };
      return plan(stored, { signals, ...seen }, given.isPerformedHere === true);
    });
  }

  /** The change, and the item due now; an item that somebody works on stays where it is: its worker notices the change. */
  async function plan(stored: StoredOperation, change: OperationChange, isPerformedHere: boolean): Promise<Planned> {
    const nonce = newId();
    const nowMs = now();
    const row = await readRow(table, stored.tenantId, stored.itemKey ?? '');
    const item = row && fromItemRow(row);
    if (!item || item.isLeased) return { outcome: 'requested', next: nextVersion(stored, { ...change, nonce }, nowMs) };
    const moved = moveItem(item, {
      ...{ isLeased: isPerformedHere, dueMs: isPerformedHere ? nowMs + options.leaseMs : nowMs, nonce },
      attempts: item.attempts + (isPerformedHere ? 1 : 0),
    });
    const next = nextVersion(stored, { ...change, itemKey: moved.rowKey, nextAttemptAtMs: nowMs, nonce }, nowMs);
    return { outcome: 'requested', next, item: moved, from: item };
  }

  async function change(
    tenantId: string,
    id: string,
    decide: (stored: StoredOperation) => Promise<Planned | 'wrong_state' | undefined>,
  ): Promise<Controlled> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const stored = await readOperation(table, tenantId, id);
      if (!stored) return { outcome: 'not_found' };
      const planned = isFinished(stored.status) ? 'wrong_state' : await decide(stored);
      if (planned === 'wrong_state') return { outcome: 'wrong_state', stored };
      if (!planned) return { outcome: 'requested', stored };
      const written = await write(stored, planned);
      if (written) {
        const { stored: after, callbacks } = written;
        return { outcome: planned.outcome, stored: after, callbacks, ...claimOf(after, planned.item) };
      }
    }
    throw new UpstreamUnavailable('Others keep changing the operation.', { retryAfterMs: 1_000 });
  }

  async function write(
    stored: StoredOperation,
    planned: Planned,
  ): Promise<{ readonly stored: StoredOperation; readonly callbacks: readonly WorkItem[] } | undefined> {
    const callbacks = await options.eventsOf(stored, planned.next);
    if (planned.item) await ready.announce(laneOf[stored.kind], stored.tenantId, now());
    const from = planned.from === undefined ? {} : { from: planned.from };
    const written = await writeOperation(table, planned.next, toActions(stored, planned, { ...from, callbacks }));
    return written.isWritten ? { stored: written.stored, callbacks } : undefined;
  }

  return { cancel, signal };
}

function claimOf(stored: StoredOperation, item: WorkItem | undefined): { readonly claim?: Claim } {
  return item?.isLeased === true && stored.itemKey === item.rowKey ? { claim: { stored, item } } : {};
}
