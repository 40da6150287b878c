import { startWorkerProcess } from './worker-process.ts';
import type { WorkerOptions, WorkerProcess } from './worker-process.ts';
import type { Invocation, Outcome } from './messages.ts';

/**
 * Keeps one process with the app running: when it dies of an uncaught exception or a kill, its running invocations fail and
 * a fresh one takes over, three times at most. Rejects when the app does not load at all.
 */
export async function superviseApp(options: SupervisorOptions): Promise<Supervisor> {
  const first = await startWorkerProcess(options);
  const state: State = { current: Promise.resolve(first), latest: first, isStopping: false, crashedAtMs: [] };
  watch(options, state);
  return {
    current: () => state.latest,
    whenReady: () => state.current,
    invoke: async (invocation) => (await state.current).invoke(invocation),
    restart: () => {
      state.isPlanned = true;
      state.latest.kill();
    },
    stop: async () => {
      state.isStopping = true;
      await state.latest.stop();
    },
    kill: () => {
      state.isStopping = true;
      state.latest.kill();
    },
  };
}

export interface SupervisorOptions extends WorkerOptions {
  readonly now: () => number;
  readonly onRestart: (reason: string) => void;
  /** The app will not come back. */
  readonly onGivenUp: (reason: string) => void;
}

export interface Supervisor {
  /** The process that runs the app, or ran it last. */
  current(): WorkerProcess;
  /** The process that runs the app, as soon as it has loaded. */
  whenReady(): Promise<WorkerProcess>;
  /** Waits for the fresh process when the last one has just died. */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** A planned end, after a function ran for too long: not counted as a crash. */
  restart(): void;
  stop(): Promise<void>;
  kill(): void;
}

interface State {
  current: Promise<WorkerProcess>;
  latest: WorkerProcess;
  isStopping: boolean;
  isPlanned?: boolean;
  crashedAtMs: readonly number[];
}

const restartLimit = 3;
/** The host forgets earlier crashes when the last one is longer ago than this. */
const crashMemoryMs = 30 * 60_000;

function watch(options: SupervisorOptions, state: State): void {
  void state.latest.ended.then((how) => {
    if (state.isStopping) return;
    const reason = `The process that ran the app ended: ${how}.`;
    if (!state.isPlanned) state.crashedAtMs = withCrash(state.crashedAtMs, options.now());
    state.isPlanned = false;
    if (state.crashedAtMs.length > restartLimit) {
      return options.onGivenUp(`${reason} It was restarted ${restartLimit} times before: giving up.`);
    }
    options.onRestart(reason);
    state.current = startWorkerProcess(options);
    state.current.then(
      (fresh) => takeOver(options, state, fresh),
      (error: Error) => options.onGivenUp(error.message),
    );
  });
}

function takeOver(options: SupervisorOptions, state: State, fresh: WorkerProcess): void {
  state.latest = fresh;
  if (state.isStopping) fresh.kill();
  else watch(options, state);
}

function withCrash(crashedAtMs: readonly number[], nowMs: number): readonly number[] {
  const last = crashedAtMs.at(-1);
  return last !== undefined && nowMs - last > crashMemoryMs ? [nowMs] : [...crashedAtMs, nowMs];
}
