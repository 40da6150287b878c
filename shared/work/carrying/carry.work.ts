import type { Clock } from '../../clock.ts';
import type { OperationKind } from '../../contract/operation.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../../errors.ts';
import { traceIdOf } from '../../http/trace-context.ts';
import type { Log } from '../../log.ts';
import type { Claim } from '../requests/accept.store.ts';
import { isKnownKind, LostClaim } from '../carry.ts';
import type { Carry, CarryTools } from '../carry.ts';
import type { Claims } from './claims.store.ts';
import { beforeStep, nextAttempt } from '../next-attempt.ts';
import type { StepEnd } from '../next-attempt.ts';
import type { Verdict } from '../verdict.ts';
import { unpackRequest } from '../rows/operation-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import { isLate, toOperation } from '../rows/stored-operation.ts';

/** No step starts with less lease left than a call to Defender may take. */
const stepNeedsMs = 30_000;

/** What a newer build accepted waits for it, and is looked at again after this. */
const unknownKindMs = 300_000;

/** A carry that always has something to do at once is stopped here: the timer goes on with it. */
const maxStepsInARow = 50;

export interface StepOptions {
  readonly claims: Claims;
  readonly carryOf: (kind: OperationKind) => Carry;
  readonly now: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** How far a claimed operation got: ended, waiting for its time, or taken over by somebody else. */
export interface Carried {
  readonly to: 'Ended' | 'Waiting' | 'Lost';
  /** Until when it waits, when a limit of Defender's said no. */
  readonly throttledUntilMs?: number;
  /** What its changes are to tell the partner. */
  readonly callbacks: readonly WorkItem[];
}

/** Carries a claimed operation step by step, as long as it advances and `mayStart()`; the claim is given back in the end. */
export type CarryOn = (held: Claim, mayStart: () => boolean) => Promise<Carried>;

export function createCarryOn(options: StepOptions): CarryOn {
  const { claims, now } = options;

  return async (held, mayStart) => {
    const callbacks: WorkItem[] = [];
    try {
      if (!isKnownKind(held.stored.kind)) return await leaveToNewer(held);
      for (let steps = 1; ; steps += 1) {
        const verdict = await step(held);
        const goesOn = verdict.to === 'Later' && verdict.isAdvanced && verdict.dueMs <= now();
        const isContinued = goesOn && steps < maxStepsInARow && mayStart();
        callbacks.push(...(await claims.record(held, verdict, isContinued)));
        if (isContinued) continue;
        if (verdict.to !== 'Later') return ended(held, callbacks);
        return { to: 'Waiting', callbacks, ...(verdict.isThrottled ? { throttledUntilMs: verdict.dueMs } : {}) };
      }
    } catch (error) {
      if (!(error instanceof LostClaim)) throw error;
      options.log.info('claim.lost', aboutOf(held));
      return { to: 'Lost', callbacks };
    }
  };

  async function leaveToNewer(held: Claim): Promise<Carried> {
    options.log.warn('operation.postponed', aboutOf(held));
    await claims.release(held, now() + unknownKindMs);
    return { to: 'Waiting', callbacks: [] };
  }

  function ended(held: Claim, callbacks: readonly WorkItem[]): Carried {
    const { status, error, attempts } = held.stored;
    options.log.info('operation.ended', { ...aboutOf(held), status, code: error?.code, attempts });
    return { to: 'Ended', callbacks };
  }

  async function step(held: Claim): Promise<Verdict> {
    const { attempts } = held.item;
    const early = beforeStep(held.stored, { attempts, nowMs: now() });
    if (early) return early;
    if (held.item.dueMs - now() < stepNeedsMs) await claims.renew(held);
    const end = await carry(held);
    return nextAttempt(held.stored, end, { attempts, nowMs: now(), jitter: options.random() });
  }

  async function carry(held: Claim): Promise<StepEnd> {
    const { stored } = held;
    const carried = {
      operation: toOperation(stored, 'open'),
      request: unpackRequest(stored),
      state: stored.state,
      signals: stored.signals,
    };
    try {
      return { outcome: await options.carryOf(stored.kind)(carried, toolsFor(held)) };
    } catch (thrown) {
      if (thrown instanceof LostClaim) throw thrown;
      logBug(held, thrown);
      return { thrown };
    }
  }

  function toolsFor(held: Claim): CarryTools {
    return {
      now,
      isCancelRequested: held.stored.isCancelRequested,
      isLate: isLate(held.stored, now()),
      saveIntent: (state, progress) => claims.saveIntent(held, state, progress),
      leaseLeftMs: () => held.item.dueMs - now(),
      renewLease: () => claims.renew(held),
    };
  }

  function logBug(held: Claim, thrown: unknown): void {
    if (thrown instanceof UpstreamRefused || thrown instanceof UpstreamUnavailable) return;
    options.log.error('step.crashed', { ...aboutOf(held), error: thrown });
  }
}

function aboutOf({ stored: { id, tenantId, kind, traceparent } }: Claim) {
  return { operationId: id, tenantId, kind, traceId: traceIdOf(traceparent ?? null) };
}
