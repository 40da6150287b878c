import type { CallbackStatus } from '../contract/caller.ts';
import type { DeliveryVerdict } from './delivery-result.ts';

/** How a callback's address is doing, as plain JSON: so it is stored. Times in epoch milliseconds. */
export type Breaker =
  | (History & { readonly state: 'Closed'; readonly slots: readonly Slot[] })
  /** Nothing is sent before `untilMs`; then one attempt is, as a probe. */
  | (History & { readonly state: 'Open'; readonly untilMs: number; readonly openForMs: number })
  /** The probe is under way; when nothing is heard of it by `untilMs`, another may start. */
  | (History & { readonly state: 'Probing'; readonly untilMs: number; readonly openForMs: number })
  /** For good, until an administrator puts the address anew. */
  | (History & { readonly state: 'Disabled'; readonly reason: 'gone' | 'no_success' });

interface History {
  readonly lastSuccessAtMs?: number;
  /** Of the first failure since the last success; absent while none has failed since. */
  readonly failingSinceMs?: number;
}

/** Attempts that ended within one slot of time. */
interface Slot {
  readonly startMs: number;
  readonly attempts: number;
  readonly failures: number;
}

/** Whether an attempt may start. With `Go`, keep `breaker`: it may have become the probe. */
export type Admission =
  | { readonly admission: 'Go'; readonly breaker: Breaker }
  | { readonly admission: 'Wait'; readonly untilMs: number }
  | { readonly admission: 'Never'; readonly reason: 'gone' | 'no_success' };

const second = 1_000;
const windowMs = 300 * second;
const slotMs = 30 * second;
const leastAttempts = 10;
const worstFailedShare = 0.7;
const firstOpenMs = 30 * second;
const longestOpenMs = 600 * second;
/** Longer than one attempt can take. */
const probeMs = 30 * second;
const disabledAfterMs = 5 * 86_400 * second;

/** The breaker of an address that nothing is known of. */
export const untried: Breaker = { state: 'Closed', slots: [] };

/** Asks before an attempt. Waiting for the breaker is not an attempt. */
export function admit(breaker: Breaker, nowMs: number): Admission {
  switch (breaker.state) {
    case 'Closed':
      return { admission: 'Go', breaker };
    case 'Disabled':
      return { admission: 'Never', reason: breaker.reason };
    case 'Open':
    case 'Probing':
      if (nowMs < breaker.untilMs) return { admission: 'Wait', untilMs: breaker.untilMs };
      return { admission: 'Go', breaker: { ...breaker, state: 'Probing', untilMs: nowMs + probeMs } };
  }
}

/** Told after an attempt. A failure of ours says nothing about the address. */
export function afterAttempt(breaker: Breaker, verdict: DeliveryVerdict, nowMs: number): Breaker {
  if (breaker.state === 'Disabled' || verdict === 'OurFailure') return breaker;
  if (verdict === 'Gone') return { ...historyOf(breaker), state: 'Disabled', reason: 'gone' };
  return verdict === 'Delivered' ? afterSuccess(breaker, nowMs) : afterFailure(breaker, nowMs);
}

/** How the caller document shows an address that was verified. */
export function toCallbackStatus(breaker: Breaker): Exclude<CallbackStatus, 'Unverified'> {
  if (breaker.state === 'Disabled') return 'Disabled';
  return breaker.failingSinceMs === undefined ? 'Active' : 'Failing';
}

/** One success closes it: what was counted before then is about an address that answers again. */
function afterSuccess(breaker: Breaker, nowMs: number): Breaker {
  const slots = breaker.state === 'Closed' ? counted(breaker.slots, { nowMs, failures: 0 }) : [];
  return { state: 'Closed', slots, lastSuccessAtMs: nowMs };
}

function afterFailure(breaker: Exclude<Breaker, { state: 'Disabled' }>, nowMs: number): Breaker {
  const history = { ...historyOf(breaker), failingSinceMs: breaker.failingSinceMs ?? nowMs };
  if (nowMs - history.failingSinceMs >= disabledAfterMs) return { ...history, state: 'Disabled', reason: 'no_success' };
  switch (breaker.state) {
    case 'Closed': {
      const slots = counted(breaker.slots, { nowMs, failures: 1 });
      if (!isTripped(slots)) return { ...history, state: 'Closed', slots };
      return { ...history, state: 'Open', untilMs: nowMs + firstOpenMs, openForMs: firstOpenMs };
    }
    case 'Open':
      // An attempt that began before it opened: it changes nothing.
      return { ...breaker, ...history };
    case 'Probing': {
      const openForMs = Math.min(breaker.openForMs * 2, longestOpenMs);
      return { ...history, state: 'Open', untilMs: nowMs + openForMs, openForMs };
    }
  }
}

function isTripped(slots: readonly Slot[]): boolean {
  const attempts = slots.reduce((sum, slot) => sum + slot.attempts, 0);
  const failures = slots.reduce((sum, slot) => sum + slot.failures, 0);
  return attempts >= leastAttempts && failures >= attempts * worstFailedShare;
}

/** The slots of the last five minutes, ten at most while the clock goes forward, with one more attempt. */
function counted(
  slots: readonly Slot[],
  attempt: { readonly nowMs: number; readonly failures: 0 | 1 },
): readonly Slot[] {
  const startMs = Math.floor(attempt.nowMs / slotMs) * slotMs;
  const isNow = (slot: Slot): boolean => slot.startMs === startMs;
  const current = slots.find(isNow) ?? { startMs, attempts: 0, failures: 0 };
  const others = slots.filter((slot) => !isNow(slot) && Math.abs(startMs - slot.startMs) <= windowMs - slotMs);
  const next = { startMs, attempts: current.attempts + 1, failures: current.failures + attempt.failures };
  return [...others, next];
}

function historyOf({ lastSuccessAtMs, failingSinceMs }: Breaker): History {
  return {
    ...(lastSuccessAtMs === undefined ? {} : { lastSuccessAtMs }),
    ...(failingSinceMs === undefined ? {} : { failingSinceMs }),
  };
}
