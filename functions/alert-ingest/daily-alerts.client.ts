import type { Clock } from '../../shared/clock.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** How many alerts of a tenant were accepted in the last 24 hours. */
export interface DailyAlerts {
  /** Whether there were so many already. */
  readonly isFull: (tenantId: string, maxPerDay: number) => Promise<boolean>;
  /** One more was accepted here. */
  readonly add: (tenantId: string) => void;
}

const dayMs = 24 * 60 * 60 * 1000;
/** How long a count is believed; what this instance accepts meanwhile is added to it. */
const countHoldsMs = 30_000;
/** More tenants than an instance serves in half a minute. */
const maxTenants = 10_000;

/**
 * Counts a tenant's alerts: in the list of operations, at most every 30 s, plus what this instance accepted since. What
 * other instances accept shows at the next count, so several together may pass the limit by what they take in half a minute.
 */
export function createDailyAlerts({
  work,
  now,
}: {
  readonly work: Pick<Work, 'count'>;
  readonly now: Clock;
}): DailyAlerts {
  const counts = new Map<string, { readonly atMs: number; readonly enough: number; count: number }>();
  return {
    isFull: async (tenantId, maxPerDay) => {
      const last = counts.get(tenantId);
      const nowMs = now();
      if (last && nowMs - last.atMs < countHoldsMs && last.enough >= maxPerDay) return last.count >= maxPerDay;
      const count = await work.count(tenantId, { kind: 'Alert', fromMs: nowMs - dayMs + 1 }, maxPerDay);
      if (counts.size >= maxTenants) counts.clear();
      counts.set(tenantId, { atMs: nowMs, enough: maxPerDay, count });
      return count >= maxPerDay;
    },
    add: (tenantId) => {
      const last = counts.get(tenantId);
      if (last) last.count += 1;
    },
  };
}
