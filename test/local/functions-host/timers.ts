import type { HostLog } from './logs.ts';
import { triggerOf } from './messages.ts';
import type { FunctionMetadata, TypedData } from './messages.ts';
import { readSchedule } from './timer-schedule.ts';
import type { TimerSchedule } from './timer-schedule.ts';
import { missedRun } from './timer-status.ts';
import type { TimerStatus, TimerStatusStore } from './timer-status.ts';

/**
 * Fires the timers, in UTC. A timer's next time is counted from its last run, and waits for that run to end: a long run delays
 * the next one, which then comes at once; what fell due in between is not made up for.
 */
export function createTimers(options: TimersOptions): Timers {
  const timers = new Map(
    options.functions.flatMap((metadata) => toTimer(options, metadata)).map((timer) => [timer.name, timer]),
  );
  const cancels = new Map<string, () => void>();
  return {
    start: () => {
      for (const timer of timers.values()) if (!options.isDisabled(timer.name)) startTimer({ options, timer, cancels });
    },
    stop: () => {
      for (const cancel of cancels.values()) cancel();
      cancels.clear();
    },
    inputByHand: (name) => {
      const timer = timers.get(name);
      return timer && toInput(timer.isMonitored ? options.statuses.read(name) : undefined, false);
    },
  };
}

export interface TimersOptions {
  readonly functions: readonly FunctionMetadata[];
  readonly settings: Readonly<Record<string, string>>;
  readonly isDisabled: (functionName: string) => boolean;
  readonly statuses: TimerStatusStore;
  readonly clock: TimerClock;
  /** Runs the function to its end, with the retries that it asks for. */
  readonly run: (metadata: FunctionMetadata, input: TypedData, reason: string) => Promise<void>;
  readonly log: HostLog;
}

export interface TimerClock {
  now(): number;
  /** Calls back once at that time or later; returns what cancels it. */
  at(timeMs: number, callback: () => void): () => void;
}

export interface Timers {
  start(): void;
  stop(): void;
  /** Input for a run started by hand; `undefined` when there is no such timer, or its schedule is unusable. */
  inputByHand(functionName: string): TypedData | undefined;
}

interface Timer {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  readonly schedule: TimerSchedule;
  readonly isMonitored: boolean;
  readonly runsOnStartup: boolean;
}

interface Ticking {
  readonly options: TimersOptions;
  readonly timer: Timer;
  readonly cancels: Map<string, () => void>;
}

function toTimer(options: TimersOptions, metadata: FunctionMetadata): readonly Timer[] {
  const trigger = triggerOf(metadata);
  if (trigger.type !== 'timerTrigger') return [];
  const { name } = metadata;
  try {
    const schedule = readSchedule(trigger.schedule ?? '', options.settings);
    const isMonitored = trigger.useMonitor !== false && schedule.isMonitored;
    return [{ name, metadata, schedule, isMonitored, runsOnStartup: trigger.runOnStartup === true }];
  } catch (error) {
    const message = `The '${name}' function is in error: Error indexing method 'Functions.${name}'. ${(error as Error).message}`;
    options.log('error', 'Host.Startup', message);
    return [];
  }
}

function startTimer(ticking: Ticking): void {
  const { options, timer } = ticking;
  const nowMs = options.clock.now();
  const known = timer.isMonitored ? options.statuses.read(timer.name) : undefined;
  const { isPastDue, status } = missedRun({ known, nowMs, schedule: timer.schedule });
  if (timer.isMonitored) options.statuses.write(timer.name, status);
  if (isPastDue || timer.runsOnStartup) void tick(ticking, { status, isPastDue, isScheduled: false });
  else waitForNext(ticking, status);
}

function waitForNext(ticking: Ticking, status: TimerStatus): void {
  const { options, timer, cancels } = ticking;
  if (status.nextMs === undefined) return;
  const cancel = options.clock.at(
    status.nextMs,
    () => void tick(ticking, { status, isPastDue: false, isScheduled: true }),
  );
  cancels.set(timer.name, cancel);
}

interface Tick {
  readonly status: TimerStatus;
  readonly isPastDue: boolean;
  readonly isScheduled: boolean;
}

async function tick(ticking: Ticking, { status, isPastDue, isScheduled }: Tick): Promise<void> {
  const { options, timer, cancels } = ticking;
  cancels.set(timer.name, () => undefined);
  const firedAtMs = options.clock.now();
  const reason = `Timer fired at ${toTime(firedAtMs)}`;
  await options.run(timer.metadata, toInput(timer.isMonitored ? status : undefined, isPastDue), reason);
  // A clock that fires a little early must not make the same time due again.
  const lastMs = isScheduled ? Math.max(firedAtMs, status.nextMs ?? 0) : firedAtMs;
  const after: TimerStatus = { lastMs, nextMs: timer.schedule.nextAfter(lastMs), updatedMs: lastMs };
  if (timer.isMonitored) options.statuses.write(timer.name, after);
  // Stopped meanwhile: its entry is gone.
  if (cancels.has(timer.name)) waitForNext(ticking, after);
}

/** As the host sends it. A time that never came is .NET's first one. */
function toInput(status: TimerStatus | undefined, isPastDue: boolean): TypedData {
  const scheduleStatus = status && {
    Last: toTime(status.lastMs),
    Next: toTime(status.nextMs),
    LastUpdated: toTime(status.updatedMs),
  };
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: scheduleStatus ?? null,
      IsPastDue: isPastDue,
    }),
  };
}

function toTime(timeMs: number | undefined): string {
  return timeMs === undefined ? '0001-01-01T00:00:00+00:00' : new Date(timeMs).toISOString().replace('Z', '+00:00');
}
