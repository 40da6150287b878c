import { createHash } from 'node:crypto';
import { ticksOf } from '../../../shared/defender/changed-alert.ts';
import type { ChangedAlert } from '../../../shared/defender/changed-alert.ts';
import { ticksPerMs } from '../../../shared/ticks.ts';
import type { Ticks } from '../../../shared/ticks.ts';

/** How far a tenant's alerts were followed. Times are by the service's clock, in ticks. */
export interface AlertCursor {
  /** What was changed before is done. */
  readonly at: Ticks;
  /** What was changed since is observed; absent while nobody observes. */
  readonly observedSince?: Ticks;
  /** What was observed already, of the time that is read again. */
  readonly seen: readonly SeenAlert[];
}

/** An alert as it was at a time: a name of both, and the time. */
export type SeenAlert = readonly [name: string, at: Ticks];

/** Alerts may show up later than they were changed: so much is read again. */
export const overlap: Ticks = 10n * 60_000n * ticksPerMs;

/** More were never changed in ten minutes; beyond it the oldest are told again, under the same id. */
const mostSeen = 20_000;

/** A tenant is followed from now on. */
export function startAt(nowMs: number): AlertCursor {
  return { at: BigInt(nowMs) * ticksPerMs, seen: [] };
}

/** Observing begins, with what was changed a little before (it may have been asked for since the last look), and ends. */
export function observing(cursor: AlertCursor, isObserved: boolean, nowMs: number): AlertCursor {
  if (isObserved === (cursor.observedSince !== undefined)) return cursor;
  const { observedSince: _until, ...rest } = cursor;
  return isObserved ? { ...rest, observedSince: BigInt(nowMs) * ticksPerMs - overlap } : { ...rest, seen: [] };
}

/**
 * The cursor behind these alerts, all of them dealt with. It never runs ahead of our clock: a time in the future would hide
 * everything until then.
 */
export function movedOn(
  cursor: AlertCursor,
  done: { readonly alerts: readonly ChangedAlert[]; readonly to?: Ticks | undefined; readonly nowMs: number },
): AlertCursor {
  const nowTicks = BigInt(done.nowMs) * ticksPerMs;
  const last = [...done.alerts.map(ticksOf), ...(done.to === undefined ? [] : [done.to])].reduce(later, cursor.at);
  const at = later(cursor.at, last < nowTicks ? last : nowTicks);
  if (cursor.observedSince === undefined) return { ...cursor, at };
  const seen = new Map([...cursor.seen, ...done.alerts.map((alert) => [nameOf(alert), ticksOf(alert)] as const)]);
  const kept = [...seen].filter(([, seenAt]) => seenAt >= at - overlap);
  return { ...cursor, at, seen: kept.slice(-mostSeen) };
}

/** What an alert, as it was changed then, is remembered by. */
export function nameOf({ alertId, lastUpdateTime }: ChangedAlert): string {
  return createHash('sha256').update(`${alertId}|${lastUpdateTime}`).digest('base64url').slice(0, 11);
}

function later(a: Ticks, b: Ticks): Ticks {
  return a > b ? a : b;
}

/** Whether nothing is to be written. */
export function isSameCursor(a: AlertCursor, b: AlertCursor): boolean {
  return (
    a.at === b.at &&
    a.observedSince === b.observedSince &&
    a.seen.length === b.seen.length &&
    a.seen.every(([name], i) => name === b.seen[i]?.[0])
  );
}
