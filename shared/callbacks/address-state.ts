import type { CallerDocument } from '../contract/caller.ts';
import { toTime } from '../contract/primitives.ts';
import { admit, afterAttempt, toCallbackStatus, untried } from './breaker.ts';
import type { Admission, Breaker } from './breaker.ts';
import { toFailureDetail, verdictOf } from './delivery-result.ts';
import type { DeliveryResult } from './delivery-result.ts';
import type { AddressVerdict } from './verify-address.client.ts';

/** What is known of the address that a caller wants to be called back at. A plain value, for any store. */
export interface AddressState {
  /** What is known of one address says nothing about the next. */
  readonly url: string;
  /** Whoever answers there wants our callbacks. */
  readonly isVerified: boolean;
  readonly breaker: Breaker;
  readonly lastFailure?: { readonly atMs: number; readonly detail: string };
}

/** How callbacks to an address are doing, as the caller document shows it. */
export type CallbackState = Pick<NonNullable<CallerDocument['callback']>, 'status' | 'lastSuccessAt' | 'lastFailure'>;

/** Whether an attempt may start; `Unverified`: not before the address said that it wants callbacks. */
export type AddressAdmission = Admission | { readonly admission: 'Unverified' };

/** A healthy address is written down no oftener than this. */
const successRestsMs = 60_000;

/** Told after the address was asked whether it wants our callbacks. To fail takes nothing from an address that had said yes. */
export function afterVerifying(
  known: AddressState | undefined,
  { url, verdict, nowMs }: { readonly url: string; readonly verdict: AddressVerdict; readonly nowMs: number },
): AddressState {
  const before = known?.url === url ? known : { url, isVerified: false, breaker: untried };
  if (!verdict.isVerified) return { ...before, lastFailure: { atMs: nowMs, detail: verdict.detail } };
  return { ...before, isVerified: true, breaker: { ...untried, lastSuccessAtMs: nowMs } };
}

/** Asks before an attempt. `next` is to be kept: the attempt may be the probe, which nobody else is to make. */
export function admitTo(
  known: AddressState | undefined,
  url: string,
  nowMs: number,
): { readonly admission: AddressAdmission; readonly next: AddressState | undefined } {
  if (known?.url !== url || !known.isVerified) return { admission: { admission: 'Unverified' }, next: known };
  const admission = admit(known.breaker, nowMs);
  if (admission.admission !== 'Go' || admission.breaker === known.breaker) return { admission, next: known };
  return { admission, next: { ...known, breaker: admission.breaker } };
}

/** Told after an attempt; the very same state when there is nothing to write down. */
export function afterDelivery(
  known: AddressState | undefined,
  { url, result, nowMs }: { readonly url: string; readonly result: DeliveryResult; readonly nowMs: number },
): AddressState | undefined {
  const verdict = verdictOf(result);
  // The address is another by now, or was forgotten; or the fault was ours and says nothing about it.
  if (known?.url !== url || verdict === 'OurFailure') return known;
  if (verdict === 'Delivered' && isKnownHealthy(known.breaker, nowMs)) return known;
  const breaker = afterAttempt(known.breaker, verdict, nowMs);
  if (verdict === 'Delivered') return { ...known, breaker };
  return { ...known, breaker, lastFailure: { atMs: nowMs, detail: toFailureDetail(result) } };
}

/** As the caller document shows it. */
export function toCallbackState(known: AddressState | undefined, url: string): CallbackState {
  if (known?.url !== url) return { status: 'Unverified' };
  const { isVerified, breaker, lastFailure } = known;
  return {
    status: isVerified ? toCallbackStatus(breaker) : 'Unverified',
    ...(breaker.lastSuccessAtMs === undefined ? {} : { lastSuccessAt: toTime(breaker.lastSuccessAtMs) }),
    ...(lastFailure === undefined ? {} : { lastFailure: { at: toTime(lastFailure.atMs), detail: lastFailure.detail } }),
  };
}

/** Successes are weighed against failures: while there are none, one a minute is enough to know. */
function isKnownHealthy(breaker: Breaker, nowMs: number): boolean {
  if (breaker.state !== 'Closed' || breaker.failingSinceMs !== undefined) return false;
  const sinceMs = nowMs - (breaker.lastSuccessAtMs ?? -Infinity);
  return sinceMs >= 0 && sinceMs < successRestsMs && breaker.slots.every(({ failures }) => failures === 0);
}
