import { join } from 'node:path';
import { isDisabled } from './app-folder.ts';
import type { HostContext } from './host.ts';
import { triggerOf } from './messages.ts';
import type { FunctionMetadata, TypedData } from './messages.ts';
import { runWithRetries } from './retries.ts';
import type { RunningApp } from './start-app.ts';
import { createTimerStatusStore } from './timer-status.ts';
import { createTimers } from './timers.ts';
import type { TimerClock } from './timers.ts';

/** The app's timers over the running app, and its functions started by hand. */
export function createHostTimers(context: HostContext & RunningApp): HostTimers {
  const { options, app, log, functions, invocations } = context;
  const run = (metadata: FunctionMetadata, input: TypedData, reason: string): Promise<void> =>
    runWithRetries({
      metadata,
      wait,
      start: (retryContext) => invocations.start(toRequest({ metadata, input, reason }, retryContext)).outcome,
    });
  const timers = createTimers({
    functions,
    settings: app.settings,
    isDisabled: (name) => isDisabled(app, name),
    statuses: createTimerStatusStore(
      options.stateDir === undefined ? undefined : join(options.stateDir, 'timers.json'),
    ),
    clock: options.clock ?? systemClock,
    run,
    log,
  });
  return {
    start: timers.start,
    stop: timers.stop,
    startByHand: (metadata, input) => {
      const { type } = triggerOf(metadata);
      const data = type === 'timerTrigger' ? timers.inputByHand(metadata.name) : { string: input };
      // A function that could not be indexed is answered 202 all the same, and does not run.
      if (!data) return;
      if (type === 'httpTrigger')
        log('error', `Function.${metadata.name}`, `'${metadata.name}' waits for HTTP: send it a request.`);
      else void run(metadata, data, 'This function was programmatically called via the host APIs.');
    },
  };
}

export interface HostTimers {
  start(): void;
  stop(): void;
  startByHand(metadata: FunctionMetadata, input: string): void;
}

/** Longest delay that `setTimeout` takes. */
const longestDelayMs = 2 ** 31 - 1;

const systemClock: TimerClock = {
  now: Date.now,
  at: (timeMs, callback) => {
    const state: { timer?: NodeJS.Timeout } = {};
    const wake = (): void => {
      const leftMs = timeMs - Date.now();
      if (leftMs <= 0) callback();
      else state.timer = setTimeout(wake, Math.min(leftMs, longestDelayMs));
    };
    // Never within the caller's own turn, also when the time has passed.
    state.timer = setTimeout(wake, Math.min(Math.max(timeMs - Date.now(), 0), longestDelayMs));
    return () => clearTimeout(state.timer);
  },
};

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface TimerRun {
  readonly metadata: FunctionMetadata;
  readonly input: TypedData;
  readonly reason: string;
}

function toRequest(
  { metadata, input, reason }: TimerRun,
  retryContext: Parameters<Start>[0],
): Parameters<RunningApp['invocations']['start']>[0] {
  const request = {
    functionName: metadata.name,
    reason,
    inputName: triggerOf(metadata).name,
    input,
    triggerMetadata: {},
  };
  return retryContext ? { ...request, retryContext } : request;
}

type Start = Parameters<typeof runWithRetries>[0]['start'];
