import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Starts a child process; lines of its output go to `show` where that is asked for. */
export function startProcess(options: ProcessOptions, show: (line: string) => void): RunningProcess {
  const child = spawn(options.command ?? process.execPath, toArguments(options), {
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // The channel tells a Node script that its parent is gone; another program would only hand it on to what it starts.
    stdio: ['ignore', 'pipe', 'pipe', ...(options.script === undefined ? [] : (['ipc'] as const))],
    // A group of its own: Ctrl-C reaches only the parent, which then stops all in order; and the group can be killed whole.
    detached: hasGroups,
    windowsHide: true,
  });
  const output = captureOutput(child, (line) => {
    if (options.isShown) show(`${options.name} | ${line}`);
  });
  const ended = whenEnded(child);
  return {
    name: options.name,
    pid: child.pid ?? 0,
    ready: whenReady({ options, output, ended }),
    ended,
    output: output.text,
    kill: () => killGroup(child),
    stop: (graceMs) => stopChild({ child, ended, graceMs }),
  };
}

interface ProcessOptionsBase {
  readonly name: string;
  readonly args?: readonly string[];
  /** Added to this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the process prints when it is ready. */
  readonly ready: RegExp;
  readonly readyTimeoutMs?: number;
  /** Lines go to the console behind the process's name; they are kept in any case. */
  readonly isShown?: boolean;
}

/** A Node script, which ends with this process whatever happens; or another program, which may outlive a kill of this process. */
export type ProcessOptions = ProcessOptionsBase &
  (
    | { readonly script: string; readonly command?: undefined }
    | { readonly command: string; readonly script?: undefined }
  );

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Rejects with its output when it ends before it is ready, or is silent for too long. */
  readonly ready: Promise<void>;
  /** How it ended: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** What it has printed, the newest million characters of it. */
  output(): string;
  /** SIGTERM, and SIGKILL to it and to all that it started when it takes longer. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL to it and to all that it started. */
  kill(): void;
}

const hasGroups = process.platform !== 'win32';
const keptCharacters = 1_000_000;

function toArguments({ script, args = [] }: ProcessOptions): string[] {
  if (script === undefined) return [...args];
  return ['--import', new URL('end-with-parent.mjs', import.meta.url).href, script, ...args];
}

interface Output {
  text(): string;
  onText(listener: () => void): void;
}

function captureOutput(child: ChildProcess, onLine: (line: string) => void): Output {
  const captured = { text: '' };
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      captured.text = (captured.text + chunk).slice(-keptCharacters);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
      for (const listener of listeners) listener();
    });
  }
  return { text: () => captured.text, onText: (listener) => void listeners.push(listener) };
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}

interface Starting {
  readonly options: ProcessOptions;
  readonly output: Output;
  readonly ended: Promise<string>;
}

function whenReady({ options, output, ended }: Starting): Promise<void> {
  const { name, ready, readyTimeoutMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`${name} ${what}:\n${output.text()}`));
    const timer = setTimeout(() => fail(`was not ready after ${readyTimeoutMs} ms`), readyTimeoutMs);
    output.onText(() => {
      if (!ready.test(output.text())) return;
      clearTimeout(timer);
      resolve();
    });
    void ended.then((how) => {
      clearTimeout(timer);
      fail(`ended before it was ready (${how})`);
    });
  });
}

interface Stopping {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
  readonly graceMs: number;
}

async function stopChild({ child, ended, graceMs }: Stopping): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(child), graceMs);
  await ended;
  clearTimeout(timer);
  killGroup(child); // what it started and left behind
}

function killGroup(child: ChildProcess): void {
  try {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // nothing of it is left
  }
}
