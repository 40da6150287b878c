import type { TimerHandler } from '@azure/functions';
import type { Lane } from '../../shared/work/carry.ts';
import { lanes } from '../../shared/work/carry.ts';
import { createDrainLane } from '../../shared/work/drain-lane.timer.ts';
import type { DrainLaneOptions } from '../../shared/work/drain-lane.timer.ts';

/** A timer of a lane beside the one that its scenario has. */
export interface FurtherDrain {
  readonly lane: Lane;
  /** Of the function: that of the lane's first timer, and a number from 2 on. */
  readonly name: string;
  readonly handler: TimerHandler;
}

const firstTimers: Readonly<Record<Lane, string>> = {
  actions: 'drainActions',
  alerts: 'drainAlerts',
  callbacks: 'deliverCallbacks',
  sync: 'syncTenants',
};

/** Makes the timers that the setting adds, when one instance of each lane is not enough. */
export function createFurtherDrains(options: DrainLaneOptions): readonly FurtherDrain[] {
  const { timersPerLane = 1 } = options;
  return lanes.flatMap((lane) =>
    Array.from({ length: timersPerLane - 1 }, (_, i) => {
      const index = i + 1;
      return { lane, name: `${firstTimers[lane]}${index + 1}`, handler: createDrainLane(lane, options, index) };
    }),
  );
}
