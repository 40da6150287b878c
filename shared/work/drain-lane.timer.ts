import type { TimerHandler } from '@azure/functions';
import type { Log } from '../log.ts';
import type { Lane } from './carry.ts';
import type { DrainPass } from './carrying/drain.work.ts';
import type { Work } from './work.store.ts';

/** What the timer of a lane needs. */
export interface DrainLaneOptions {
  readonly work: Pick<Work, 'drain'>;
  readonly log: Log;
  /** How many timers the lane has; 1 unless said otherwise. */
  readonly timersPerLane?: number;
}

/** A run ends before the next tick: no step starts after this. */
const budgetMs = 45_000;

/** Longer waiting would cost more than the next tick. */
const waitsForMs = 30_000;

/** Makes the timer that carries on what is due in a lane; of several, the one at `index` takes the tenants that are its own. */
export function createDrainLane(lane: Lane, options: DrainLaneOptions, index = 0): TimerHandler {
  const { work, log } = options;
  return async () => {
    const { carried } = await work.drain(lane, { budgetMs, waitsForMs, ...shardAt(index, options) });
    if (carried > 0) log.info('lane.drained', { lane, carried });
  };
}

/** Whose tenants are those of the timer at `index`: everybody's, when it is the only one. */
export function shardAt(
  index: number,
  { timersPerLane: count = 1 }: Pick<DrainLaneOptions, 'timersPerLane'>,
): Pick<DrainPass, 'shard'> {
  return count === 1 ? {} : { shard: { index, count } };
}
