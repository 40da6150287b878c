import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createCapturedOutput } from './captured-output.ts';
import type { CapturedOutput } from './captured-output.ts';

/** Runs the host in a process of its own, for tests that need the built app as users meet it. Resolves when it listens. */
export async function startHost(options: StartHostOptions): Promise<RunningHost> {
  const child = fork(new URL('main.ts', import.meta.url), toArguments(options), {
    env: { ...process.env, ...options.env },
    execArgv: [],
    silent: true,
  });
  const captured = createCapturedOutput();
  const take = (text: string): void => {
    captured.write(text);
    options.print?.(text);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take);
  const ended = new Promise<HostEnd>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output: captured.text() }));
  });
  const listening = await untilListening(child, ended);
  return toRunningHost({ child, captured, ended, listening });
}

export interface StartHostOptions {
  readonly appDir: string;
  /** A free one when absent. */
  readonly port?: number;
  /** Added to this process's own environment, for the app. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly isAuthEnforced?: boolean;
  readonly masterKey?: string;
  readonly functionKey?: string;
  readonly proxyTimeoutMs?: number;
  readonly drainTimeoutMs?: number;
  readonly stateDir?: string;
  /** Is given what the host and the app print, as it comes. */
  readonly print?: (text: string) => void;
}

export interface RunningHost {
  readonly url: string;
  readonly port: number;
  readonly masterKey: string;
  readonly functionKey: string;
  /** Process that ran the app when the host began to listen. */
  readonly workerPid: number;
  readonly ended: Promise<HostEnd>;
  /** Log and console, so far. */
  output(): string;
  /** Resolves as soon as `part` has been logged or printed, after the first `from` characters. */
  untilOutput(part: string, from?: number): Promise<void>;
  /** SIGTERM: running functions end first. */
  stop(): Promise<HostEnd>;
  /** SIGKILL to host and app, as when a machine dies. */
  kill(): Promise<HostEnd>;
}

export interface HostEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface FromHost {
  readonly kind: 'listening';
  readonly port: number;
  readonly workerPid: number;
  readonly masterKey: string;
  readonly functionKey: string;
}

export interface ToHost {
  readonly kind: 'stop';
}

function toArguments(options: StartHostOptions): string[] {
  const named = {
    '--app': options.appDir,
    '--port': options.port ?? 0,
    '--master-key': options.masterKey,
    '--function-key': options.functionKey,
    '--proxy-timeout-ms': options.proxyTimeoutMs,
    '--drain-timeout-ms': options.drainTimeoutMs,
    '--state-dir': options.stateDir,
  };
  const given = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return options.isAuthEnforced === false ? [...given, '--no-enable-auth'] : given;
}

async function untilListening(child: ChildProcess, ended: Promise<HostEnd>): Promise<FromHost> {
  const listening = new Promise<FromHost>((resolve) =>
    child.once('message', (message) => resolve(message as FromHost)),
  );
  const first = await Promise.race([listening, ended]);
  if ('kind' in first) return first;
  throw new Error(`The Functions host ended with code ${first.code}:\n${first.output}`);
}

interface Parts {
  readonly child: ChildProcess;
  readonly captured: CapturedOutput;
  readonly ended: Promise<HostEnd>;
  readonly listening: FromHost;
}

function toRunningHost({ child, captured, ended, listening }: Parts): RunningHost {
  const { port, workerPid, masterKey, functionKey } = listening;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    masterKey,
    functionKey,
    workerPid,
    ended,
    output: captured.text,
    untilOutput: captured.until,
    stop: () => {
      // A message where there are no signals: on Windows SIGTERM would end the host at once.
      if (child.connected) child.send({ kind: 'stop' } satisfies ToHost);
      return ended;
    },
    kill: () => {
      killProcess(workerPid);
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended before
  }
}
