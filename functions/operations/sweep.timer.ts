import type { TimerHandler } from '@azure/functions';
import type { Log } from '../../shared/log.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** What the timer needs. */
export interface SweepTimerOptions {
  readonly work: Pick<Work, 'sweep'>;
  readonly log: Log;
}

/** A function is stopped after five minutes (`host.json`); what is left over has its turn an hour later. */
const budgetMs = 4 * 60_000;

/** Makes the hourly timer that forgets what is past its time, and finds what was left behind. */
export function createSweepTimer({ work, log }: SweepTimerOptions): TimerHandler {
  return async () => {
    log.info('work.swept', { ...(await work.sweep({ budgetMs })) });
  };
}
