import type { DefenderLimit } from './limits.ts';

/** Calls counted in one slot of time: the slot's number since the epoch, and how many were granted in it. */
export type BudgetSlot = readonly [slot: number, count: number];

/** What was granted lately, and until when the other side wants no call at all (epoch ms; 0 = no block). */
export interface Budget {
  readonly minute: readonly BudgetSlot[];
  readonly hour: readonly BudgetSlot[];
  readonly blockedUntilMs: number;
}

/** A budget of which nothing is used. */
export const unusedBudget: Budget = { minute: [], hour: [], blockedUntilMs: 0 };

/** Granted, with the budget after it; or not before `retryAtMs`. */
export type TakePlan =
  { readonly granted: true; readonly budget: Budget } | { readonly granted: false; readonly retryAtMs: number };

interface Window {
  readonly slotMs: number;
  readonly lengthMs: number;
}

/**
 * Added to every window, so that two calls counted a whole window apart also arrive a whole window apart: the way to
 * Microsoft takes longer for one than for the other, and the clocks of two instances differ.
 */
const marginMs = 2_000;

const minuteWindow: Window = { slotMs: 2_000, lengthMs: 60_000 };
const hourWindow: Window = { slotMs: 300_000, lengthMs: 3_600_000 };

/**
 * Decides about `count` calls now. Never grants more than the limit in any window of a minute or an hour, wherever that
 * window starts: a slot counts whole while any part of it is inside the window (plus a margin of two seconds).
 *
 * Instances share the row but not a clock. A row that is ahead of `nowMs` was written by a faster clock: the call is then
 * counted in the row's newest slot, never in an older one that the faster instance would let go too early.
 */
export function planTake(budget: Budget, limit: DefenderLimit, ask: { nowMs: number; count: number }): TakePlan {
  const { nowMs, count } = ask;
  const minute = stillCounting(budget.minute, minuteWindow, nowMs);
  const hour = stillCounting(budget.hour, hourWindow, nowMs);
  const retryAtMs = Math.max(
    budget.blockedUntilMs,
    freeAtMs(minute, minuteWindow, limit.perMinute, ask),
    freeAtMs(hour, hourWindow, limit.perHour, ask),
  );
  if (retryAtMs > nowMs) return { granted: false, retryAtMs };
  return {
    granted: true,
    budget: {
      minute:
        limit.perMinute === undefined ? minute : withCount(minute, Math.floor(nowMs / minuteWindow.slotMs), count),
      hour: limit.perHour === undefined ? hour : withCount(hour, Math.floor(nowMs / hourWindow.slotMs), count),
      blockedUntilMs: budget.blockedUntilMs > nowMs ? budget.blockedUntilMs : 0,
    },
  };
}

/** When a slot's calls have left the window, whenever in the slot they were made. */
function leavesAtMs(slot: number, window: Window): number {
  return (slot + 1) * window.slotMs + window.lengthMs + marginMs;
}

function stillCounting(slots: readonly BudgetSlot[], window: Window, nowMs: number): readonly BudgetSlot[] {
  return slots.filter(([slot]) => leavesAtMs(slot, window) > nowMs);
}

/** The earliest time at which `count` more fit; `nowMs` when they fit already. */
function freeAtMs(
  slots: readonly BudgetSlot[],
  window: Window,
  limit: number | undefined,
  { nowMs, count }: { nowMs: number; count: number },
): number {
  if (limit === undefined) return nowMs;
  if (count > limit) throw new RangeError(`${count} calls at once never fit a limit of ${limit}.`);
  let used = slots.reduce((sum, [, calls]) => sum + calls, 0);
  let freeAt = nowMs;
  for (const [slot, calls] of slots) {
    if (used + count <= limit) break;
    used -= calls;
    freeAt = leavesAtMs(slot, window);
  }
  return freeAt;
}

/** Slots stay in order of time: the newest is last, and nothing is ever added before it. */
function withCount(slots: readonly BudgetSlot[], slot: number, count: number): readonly BudgetSlot[] {
  const newest = slots.at(-1);
  if (newest === undefined || newest[0] < slot) return [...slots, [slot, count]];
  return [...slots.slice(0, -1), [newest[0], newest[1] + count]];
}
