import type { TimerHandler } from '@azure/functions';
import type { Log } from '../log.ts';
import type { Lane } from './carry.ts';
import type { Work } from './work.store.ts';

/** What the timer of a lane needs. */
export interface DrainLaneOptions {
  readonly work: Pick<Work, 'drain'>;
  readonly log: Log;
}

/** A run ends before the next tick: no step starts after this. */
const budgetMs = 45_000;

/** Longer waiting would cost more than the next tick. */
const waitsForMs = 30_000;

/** Makes the timer that carries on what is due in a lane. */
export function createDrainLane(lane: Lane, { work, log }: DrainLaneOptions): TimerHandler {
  return async () => {
    const { carried } = await work.drain(lane, { budgetMs, waitsForMs });
    if (carried > 0) log.info('lane.drained', { lane, carried });
  };
}
