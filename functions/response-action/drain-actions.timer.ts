import type { TimerHandler } from '@azure/functions';
import { createDrainLane } from '../../shared/work/drain-lane.timer.ts';
import type { DrainLaneOptions } from '../../shared/work/drain-lane.timer.ts';

/** Makes the timer that carries due actions on. */
export function createDrainActions(options: DrainLaneOptions): TimerHandler {
  return createDrainLane('actions', options);
}
