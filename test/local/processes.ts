import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from './start-process.ts';
import type { ProcessOptions, RunningProcess } from './start-process.ts';

/**
 * The child processes and temporary files of this process. They end with it: in order on Ctrl-C, SIGTERM, SIGHUP or when one
 * of them or npm ends; at once on a second Ctrl-C or an exit; and Node scripts also when this process is killed.
 */
export function createProcesses(options: ProcessesOptions = {}): Processes {
  const { write = (text) => void process.stdout.write(text), graceMs = 10_000, echoMs = 300 } = options;
  const state: State = { actions: [], running: new Set(), folders: [], stopping: undefined };
  const stop = (): Promise<void> => (state.stopping ??= stopAll(state));
  const stopAndExit = (exitCode: number): void => void stop().finally(() => process.exit(exitCode));
  onSignal(echoMs, (isRepeated) => (isRepeated ? process.exit(1) : stopAndExit(0)));
  onOrphaned(() => stopAndExit(0));
  process.on('exit', () => cleanUp(state));
  return {
    start: async (processOptions) => {
      const running = startProcess(processOptions, (line) => write(`${line}\n`));
      state.running.add(running);
      state.actions.push(() => running.stop(graceMs));
      void running.ended.then(() => state.running.delete(running));
      await whenReady(state, running);
      void running.ended.then((how) => {
        if (state.stopping) return;
        write(`${running.name} ended (${how}):\n${running.output().slice(-shownAtEnd)}\n`);
        stopAndExit(1);
      });
      return running;
    },
    onStop: (action) => void state.actions.push(action),
    tempFolder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'mde-partner-'));
      state.folders.push(folder);
      return folder;
    },
    stop,
    isStopping: () => state.stopping !== undefined,
  };
}

export interface ProcessesOptions {
  /** Takes what is shown; standard output when absent. */
  readonly write?: (text: string) => void;
  /** From SIGTERM to SIGKILL, for each process. */
  readonly graceMs?: number;
  /** A second SIGINT within this time is the first one, which npm has passed on as well. */
  readonly echoMs?: number;
}

export interface Processes {
  /** Resolves when the process is ready; never when everything is stopped meanwhile. */
  start(options: ProcessOptions): Promise<RunningProcess>;
  /** Something else to end, in its turn: the last started or added is the first to stop. */
  onStop(action: () => Promise<void>): void;
  /** An empty folder, removed when all has stopped. */
  tempFolder(): string;
  /** Stops everything in reverse order and removes the folders. */
  stop(): Promise<void>;
  /** Whether that has begun: what fails from now on is of no interest. */
  isStopping(): boolean;
}

interface State {
  readonly actions: (() => Promise<void>)[];
  readonly running: Set<RunningProcess>;
  readonly folders: string[];
  stopping: Promise<void> | undefined;
}

const shownAtEnd = 4_000;

function onSignal(echoMs: number, listener: (isRepeated: boolean) => void): void {
  let interruptedAtMs = Infinity;
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => listener(false));
  process.on('SIGINT', () => {
    const sinceMs = performance.now() - interruptedAtMs;
    interruptedAtMs = Math.min(interruptedAtMs, performance.now());
    if (sinceMs < 0) listener(false);
    else if (sinceMs >= echoMs) listener(true);
  });
}

/** A SIGTERM to npm ends the shell that it runs scripts in, and many a shell leaves the script running: nobody could stop it then. */
function onOrphaned(listener: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    listener();
  }, 500).unref();
}

async function whenReady(state: State, running: RunningProcess): Promise<void> {
  try {
    await running.ready;
  } catch (error) {
    // Stopped while it started: nobody is to go on from here, nor to hear of a failure that is none.
    if (state.stopping) return new Promise(() => undefined);
    running.kill();
    throw error;
  }
}

async function stopAll(state: State): Promise<void> {
  for (const action of state.actions.toReversed()) await action();
  cleanUp(state);
}

/** Synchronous, for the last moment of this process. */
function cleanUp(state: State): void {
  for (const running of state.running) running.kill();
  for (const folder of state.folders) rmSync(folder, { recursive: true, force: true });
}
