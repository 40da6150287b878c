import { quotas } from './quotas.ts';
import type { Quota, QuotaName } from './quotas.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

export interface RateCaller {
  readonly tenantId: string;
  readonly clientId: string;
  readonly quota: QuotaName;
}

export interface WindowCount {
  readonly limit: number | null;
  /** Most requests that arrived in any one fixed window, and in any window of that length. */
  readonly highestFixed: number;
  readonly highestSliding: number;
}

export interface RateCount extends RateCaller {
  readonly requests: number;
  readonly rejected: number;
  readonly minute: WindowCount;
  readonly hour: WindowCount;
}

export interface RateWindows {
  /** Counts one request. Undefined: go on; otherwise seconds until a window ends, at least 1. */
  take(caller: RateCaller, at: { readonly nowMs: number; readonly isEnforced: boolean }): number | undefined;
  counts(): readonly RateCount[];
  clear(): void;
}

/** Fixed windows that begin at the full minute and hour of the simulator's time. Refused requests use up nothing, but are counted as seen. */
export function createRateWindows(): RateWindows {
  const callers = new Map<string, CallerState>();
  return {
    take: (caller, { nowMs, isEnforced }) => {
      const key = `${caller.tenantId}|${caller.clientId}|${caller.quota}`;
      const state = callers.get(key) ?? createState(caller);
      callers.set(key, state);
      state.requests += 1;
      const { minute, hour } = state;
      for (const window of [minute, hour]) observe(window, nowMs);
      const full = [minute, hour].filter((window) => window.limit !== null && window.used >= window.limit);
      if (!isEnforced || full.length === 0) {
        for (const window of [minute, hour]) window.used += 1;
        return undefined;
      }
      state.rejected += 1;
      return Math.max(1, ...full.map((window) => Math.ceil((window.startMs + window.lengthMs - nowMs) / 1_000)));
    },
    counts: () => [...callers.values()].map(toCount),
    clear: () => callers.clear(),
  };
}

interface Window {
  readonly lengthMs: number;
  readonly limit: number | null;
  startMs: number;
  /** Requests of this fixed window: served, and all. */
  used: number;
  seen: number;
  highestFixed: number;
  /** Arrivals of the last `lengthMs`, oldest first. */
  arrivals: number[];
  highestSliding: number;
}

interface CallerState {
  readonly caller: RateCaller;
  requests: number;
  rejected: number;
  readonly minute: Window;
  readonly hour: Window;
}

function createState(caller: RateCaller): CallerState {
  const quota: Quota = quotas[caller.quota];
  const window = (lengthMs: number, limit: number | null): Window => ({
    ...{ lengthMs, limit, startMs: -1, used: 0, seen: 0, highestFixed: 0, arrivals: [], highestSliding: 0 },
  });
  return {
    ...{ caller, requests: 0, rejected: 0 },
    minute: window(minuteMs, quota.perMinute),
    hour: window(hourMs, quota.perHour),
  };
}

function observe(window: Window, nowMs: number): void {
  const startMs = Math.floor(nowMs / window.lengthMs) * window.lengthMs;
  if (startMs !== window.startMs) Object.assign(window, { startMs, used: 0, seen: 0 });
  window.seen += 1;
  window.highestFixed = Math.max(window.highestFixed, window.seen);
  // The clock can be set back: arrivals that are ahead of it belong to another time.
  window.arrivals = window.arrivals.filter((at) => at > nowMs - window.lengthMs && at <= nowMs);
  window.arrivals.push(nowMs);
  window.highestSliding = Math.max(window.highestSliding, window.arrivals.length);
}

function toCount({ caller, requests, rejected, minute, hour }: CallerState): RateCount {
  const count = ({ limit, highestFixed, highestSliding }: Window): WindowCount => ({
    limit,
    highestFixed,
    highestSliding,
  });
  return { ...caller, requests, rejected, minute: count(minute), hour: count(hour) };
}
