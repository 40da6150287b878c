import type { Clock } from '../clock.ts';
import type { CallerInput } from '../contract/caller.ts';
import { toTime } from '../contract/primitives.ts';
import type { Log } from '../log.ts';
import type { Documents } from '../registry/documents.store.ts';
import type { CallbackCarry, CallbackOutcome, DueCallback } from '../work/carry.ts';
import type { AddressAdmission, CallbackState } from './address-state.ts';
import type { CallbackAddresses } from './addresses.store.ts';
import type { DeliverCallback } from './deliver.client.ts';
import { toFailureDetail, verdictOf } from './delivery-result.ts';
import type { DeliveryResult } from './delivery-result.ts';
import { maxDeliveries, nextDelivery } from './next-delivery.ts';
import type { NextDelivery } from './next-delivery.ts';
import { callbackPayloadSchema, isSubscribed } from './plan-callbacks.ts';
import type { CallbackPayload } from './plan-callbacks.ts';

/** What delivering a callback needs. */
export interface CarryCallbackOptions {
  readonly callers: Pick<Documents<CallerInput>, 'get'>;
  readonly addresses: Pick<CallbackAddresses, 'admit' | 'record'>;
  readonly deliver: DeliverCallback;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/** An address that has not said yet whether it wants callbacks is looked at again after this. */
const unverifiedMs = 5 * 60_000;
/** Nobody put the address right for so long: a dead letter, to be redriven when somebody has. */
const unverifiedGivenUpMs = 5 * 86_400_000;
/** What waited for the same address does not come back in one moment. */
const spreadMs = 5_000;

/**
 * Creates the delivery of a due callback, for the work engine: one attempt, to the address as it is now, and only if the
 * caller is still to hear of it. What nobody took ends as a dead letter: `attempts_exhausted`, `callback_disabled`,
 * `not_sent` (the fault was ours for five days), `not_verified`, or `not_subscribed` (the caller is gone, has expired, or
 * may or will no longer hear of it).
 */
export function createCarryCallback(options: CarryCallbackOptions): CallbackCarry {
  return async (callback, { now }) => {
    const payload = callbackPayloadSchema.safeParse(callback.payload).data;
    const tried = payload ? await tryOnce(options, { callback, payload, now }) : failed('not_sent');
    report(options.log, callback, { payload, tried });
    return tried.outcome;
  };
}

interface Due {
  readonly callback: DueCallback;
  readonly payload: CallbackPayload;
  readonly now: Clock;
}

interface Tried {
  readonly outcome: CallbackOutcome;
  /** Absent when nothing was sent. */
  readonly result?: DeliveryResult;
  readonly address?: CallbackState;
}

async function tryOnce(options: CarryCallbackOptions, due: Due): Promise<Tried> {
  const { callers, addresses, deliver, random } = options;
  const { callback, now } = due;
  if (callback.attempts > maxDeliveries) return failed('attempts_exhausted');
  const { callerId, event } = due.payload;
  const caller = (await callers.get(callerId))?.document;
  const url = caller?.callback?.url;
  if (!caller || url === undefined || !isSubscribed(caller, event, now())) return failed('not_subscribed');
  const admission = await addresses.admit(callerId, url);
  if (admission.admission !== 'Go') return waitOrFail(admission, due, random());
  const result = await deliver({ callerId, url, webhookId: callback.id, event });
  const address = await addresses.record(callerId, url, result);
  const { attempts, createdAtMs } = callback;
  const next = nextDelivery({ attempts, createdAtMs, nowMs: now(), random: random() }, result);
  return { outcome: toOutcome(next), result, address };
}

/** Nothing is sent, and nothing counts as an attempt. */
function waitOrFail(admission: NotAdmitted, { callback, now }: Due, random: number): Tried {
  switch (admission.admission) {
    case 'Never':
      return failed('callback_disabled');
    case 'Wait':
      return later(admission.untilMs + Math.round(random * spreadMs));
    case 'Unverified':
      if (now() - callback.createdAtMs >= unverifiedGivenUpMs) return failed('not_verified');
      return later(now() + unverifiedMs);
  }
}

type NotAdmitted = Exclude<AddressAdmission, { admission: 'Go' }>;

function toOutcome(next: NextDelivery): CallbackOutcome {
  switch (next.next) {
    case 'Delivered':
      return { outcome: 'Done' };
    case 'Later':
      return { outcome: 'Later', dueAtMs: next.dueAtMs, isAttemptFailed: next.isAttemptFailed };
    case 'GivenUp':
      return { outcome: 'Failed', code: next.code };
  }
}

function failed(code: string): Tried {
  return { outcome: { outcome: 'Failed', code } };
}

function later(dueAtMs: number): Tried {
  return { outcome: { outcome: 'Later', dueAtMs, isAttemptFailed: false } };
}

function report(
  log: Log,
  { id: callbackId, tenantId, attempts }: DueCallback,
  { payload, tried }: { readonly payload: CallbackPayload | undefined; readonly tried: Tried },
): void {
  const { outcome, result, address } = tried;
  const callerId = payload?.callerId;
  const answer = result && { verdict: verdictOf(result), detail: toFailureDetail(result) };
  const about = { callbackId, tenantId, callerId, type: payload?.event.type, attempts, ...answer };
  if (address?.status === 'Disabled') log.warn('callback.disabled', { callerId });
  if (outcome.outcome === 'Done') log.info('callback.delivered', about);
  else if (outcome.outcome === 'Failed') log.warn('callback.givenUp', { ...about, code: outcome.code });
  else log.info('callback.postponed', { ...about, nextAttemptAt: toTime(outcome.dueAtMs) });
}
