import type { TimerHandler } from '@azure/functions';
import type { Log } from '../../shared/log.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** What the timer needs. */
export interface DrainAlertsOptions {
  readonly work: Pick<Work, 'drain'>;
  readonly log: Log;
}

/** A run ends before the next tick: no step starts after this. */
const budgetMs = 45_000;

/** Makes the timer that carries due alerts on. */
export function createDrainAlerts({ work, log }: DrainAlertsOptions): TimerHandler {
  return async () => {
    const { carried, oldestDue } = await work.drain('alerts', { budgetMs });
    if (carried > 0 || oldestDue !== undefined) log.info('lane.drained', { lane: 'alerts', carried, oldestDue });
  };
}
