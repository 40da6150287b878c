import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import type { Binding, FunctionMetadata } from './messages.ts';
import { createTimerStatusStore } from './timer-status.ts';
import type { TimerStatusStore } from './timer-status.ts';
import { createTimers } from './timers.ts';
import type { Timers } from './timers.ts';

/** One timer, started, over a clock that stands until it is told to go on. */
export function createTimerWorld(options: TimerWorldOptions): TimerWorld {
  const clock = createManualClock(Date.parse(options.startedAt ?? '2026-11-20T10:00:30Z'));
  const trigger: Binding = {
    name: 't',
    type: 'timerTrigger',
    direction: 'in',
    schedule: options.schedule,
    ...options.trigger,
  };
  const metadata: FunctionMetadata = { name: 'tick', bindings: { t: trigger } };
  const fired: Fired[] = [];
  const logged: string[] = [];
  const running: (() => void)[] = [];
  const timers = createTimers({
    functions: [metadata],
    settings: { SCHEDULE: '0 * * * * *' },
    isDisabled: (name) => name === options.disabled,
    statuses: options.statuses ?? createTimerStatusStore(),
    clock,
    run: ({ name }, input) => {
      const timer = JSON.parse(input.json ?? '') as { IsPastDue: boolean; ScheduleStatus: Fired['status'] };
      fired.push({
        at: new Date(clock.now()).toISOString(),
        name,
        isPastDue: timer.IsPastDue,
        status: timer.ScheduleStatus,
      });
      return options.isSlow ? new Promise((resolve) => running.push(resolve)) : Promise.resolve();
    },
    log: (_, __, text) => logged.push(text),
  });
  timers.start();
  return { clock, timers, fired, logged, finish: () => running.shift()?.() };
}

export interface TimerWorldOptions {
  readonly schedule: string;
  readonly trigger?: Partial<Binding>;
  readonly statuses?: TimerStatusStore;
  /** 10:00:30 when absent. */
  readonly startedAt?: string;
  /** Runs last until they are finished. */
  readonly isSlow?: boolean;
  readonly disabled?: string;
}

/** Times of day of all runs so far. */
export function timesOf(world: TimerWorld): readonly string[] {
  return world.fired.map(({ at }) => at.slice(11, 19));
}

export interface Fired {
  readonly at: string;
  readonly name: string;
  readonly isPastDue: boolean;
  readonly status: { readonly Last: string; readonly Next: string } | null;
}

export interface TimerWorld {
  readonly clock: ManualClock;
  readonly timers: Timers;
  readonly fired: Fired[];
  readonly logged: string[];
  /** Ends the oldest run that still goes on. */
  finish(): void;
}
