import type { TimerHandler } from '@azure/functions';
import { createDrainLane } from '../../shared/work/drain-lane.timer.ts';
import type { DrainLaneOptions } from '../../shared/work/drain-lane.timer.ts';

/** Makes the timer that delivers what is due: callbacks nobody took at once, and those that belong to no operation. */
export function createDeliverCallbacks(options: DrainLaneOptions): TimerHandler {
  return createDrainLane('callbacks', options);
}
