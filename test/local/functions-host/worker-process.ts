import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FromWorker, Invocation, LogMessage, Outcome, ToWorker } from './messages.ts';

/** Starts one process that holds the app. Resolves when it has loaded; rejects with the entry point's message when it cannot. */
export function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const child = fork(new URL('worker.ts', import.meta.url), [options.appDir], {
    env: { ...options.settings },
    execArgv: [],
    serialization: 'advanced',
    silent: true,
  });
  child.stdout?.on('data', (chunk: Buffer) => options.onOutput(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => options.onOutput(chunk.toString()));
  const pending = new Map<string, (outcome: Outcome) => void>();
  const ended = whenEnded(child, pending);
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'log') options.onLog(message);
      if (message.kind === 'ended') settle(pending, message.invocationId, message.outcome);
      if (message.kind === 'ready') resolve(toWorkerProcess({ child, pending, ended, ready: message }));
      if (message.kind === 'failed') reject(new Error(message.message));
    });
    void ended.then((how) => reject(new Error(`The app ended while it was loading (${how}).`)));
  });
}

export interface WorkerOptions {
  readonly appDir: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly onLog: (message: LogMessage) => void;
  /** What the app writes to stdout and stderr itself. */
  readonly onOutput: (text: string) => void;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly ready: Extract<FromWorker, { kind: 'ready' }>;
  /** How the process ended: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Fails, and never rejects, when the process ends first. */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Runs the appTerminate hooks, then ends the process, by force when they take too long. */
  stop(): Promise<void>;
  kill(): void;
}

interface Parts {
  readonly child: ChildProcess;
  readonly pending: Map<string, (outcome: Outcome) => void>;
  readonly ended: Promise<string>;
  readonly ready: WorkerProcess['ready'];
}

function toWorkerProcess({ child, pending, ended, ready }: Parts): WorkerProcess {
  const send = (message: ToWorker): void => {
    if (child.connected) child.send(message);
  };
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    invoke: (invocation) =>
      new Promise((resolve) => {
        if (!child.connected) return resolve(gone);
        pending.set(invocation.invocationId, resolve);
        send({ kind: 'invoke', invocation });
      }),
    stop: async () => {
      send({ kind: 'stop' });
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

const stopTimeoutMs = 10_000;

const gone: Outcome = { ok: false, error: { message: 'The process that runs the app ended before the function did.' } };

function whenEnded(child: ChildProcess, pending: Parts['pending']): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    // "close" comes after all output and all messages of the process were read.
    child.on('close', (code, signal) => {
      for (const invocationId of [...pending.keys()]) settle(pending, invocationId, gone);
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
}

function settle(pending: Parts['pending'], invocationId: string, outcome: Outcome): void {
  pending.get(invocationId)?.(outcome);
  pending.delete(invocationId);
}
