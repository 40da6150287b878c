import type { TimerHandler } from '@azure/functions';
import { createDrainLane } from '../../shared/work/drain-lane.timer.ts';
import type { DrainLaneOptions } from '../../shared/work/drain-lane.timer.ts';

/** Makes the timer that carries due alerts on. */
export function createDrainAlerts(options: DrainLaneOptions): TimerHandler {
  return createDrainLane('alerts', options);
}
