import type { TimerHandler } from '@azure/functions';
import type { Log } from '../../shared/log.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** What the timer needs. */
export interface DeliverCallbacksOptions {
  readonly work: Pick<Work, 'drain'>;
  readonly log: Log;
}

/** A run ends before the next tick: no delivery starts after this. */
const budgetMs = 45_000;

/** Makes the timer that delivers what is due: callbacks nobody took at once, and those that belong to no operation. */
export function createDeliverCallbacks({ work, log }: DeliverCallbacksOptions): TimerHandler {
  return async () => {
    const { carried, oldestDue } = await work.drain('callbacks', { budgetMs });
    if (carried > 0 || oldestDue !== undefined) log.info('lane.drained', { lane: 'callbacks', carried, oldestDue });
  };
}
