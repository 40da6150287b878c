import type { AddressInfo } from 'node:net';
import { readAppFolder } from './app-folder.ts';
import type { AppFolder, Environment } from './app-folder.ts';
import { createDrain } from './drain.ts';
import { createHostServer } from './host-server.ts';
import { createHostTimers } from './host-timers.ts';
import { createKeys } from './keys.ts';
import type { Keys } from './keys.ts';
import { listen } from '../listen.ts';
import { createHostLog } from './logs.ts';
import type { HostLog } from './logs.ts';
import type { FunctionMetadata } from './messages.ts';
import { startApp } from './start-app.ts';
import type { TimerClock } from './timers.ts';

/**
 * Runs a function app without Azure: this process listens, routes, checks keys and fires timers; the app lives in a process of
 * its own behind it, as it does in Azure. Rejects when the folder is no app, the app does not load, or the port is taken.
 */
export async function runHost(options: HostOptions): Promise<Host> {
  const base = { ...defaultEnvironment, WEBSITE_HOSTNAME: `localhost:${options.port}` };
  const app = readAppFolder(options.appDir, { ...base, ...(options.env ?? process.env) });
  const now = options.clock?.now ?? Date.now;
  const log = createHostLog({ logLevels: app.logLevels, write: options.output, now });
  const running = await startApp({ options, app, log, now });
  const drain = createDrain(running.invocations.whenIdle, options.drainTimeoutMs ?? 30_000);
  const keys = createKeys(options.keys);
  const context = { options, app, log, keys, drain, ...running };
  const timers = createHostTimers(context);
  const server = createHostServer(context, timers);
  try {
    await listen(server, { port: options.port, host: options.address ?? '127.0.0.1' });
  } catch (error) {
    running.supervisor.kill();
    throw error;
  }
  timers.start();
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    keys,
    functions: running.functions,
    workerPid: () => running.supervisor.current().pid,
    givenUp: running.givenUp,
    stop: async () => {
      timers.stop();
      server.close();
      server.closeIdleConnections();
      await drain.begin();
      server.closeAllConnections();
      await running.supervisor.stop();
    },
    kill: () => {
      timers.stop();
      server.close();
      server.closeAllConnections();
      running.supervisor.kill();
    },
  };
}

export interface HostOptions {
  readonly appDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly address?: string;
  /** Environment of the app instead of this process's own; wins over local.settings.json. */
  readonly env?: Environment;
  readonly keys?: Partial<Keys>;
  /** How long a forwarded request may show no sign of life; Azure's is 240 s. */
  readonly proxyTimeoutMs?: number;
  /** How long a stop waits for running functions. */
  readonly drainTimeoutMs?: number;
  readonly bodyLimitBytes?: number;
  /** Where timers remember their last run, so that a missed one is noticed at the next start. In memory when absent. */
  readonly stateDir?: string;
  /** Drives the timers and stamps the log. */
  readonly clock?: TimerClock;
  /** Takes the log and what the app prints. */
  readonly output: (text: string) => void;
}

export interface Host {
  readonly port: number;
  readonly url: string;
  readonly keys: Keys;
  readonly functions: readonly FunctionMetadata[];
  /** The process that runs the app now. */
  workerPid(): number;
  /** Resolves with the reason when the app died too often to be started again. */
  readonly givenUp: Promise<string>;
  /** No new work; running functions end; the appTerminate hooks run. */
  stop(): Promise<void>;
  /** At once, as a crash of the machine would. */
  kill(): void;
}

/** What the parts of the host share. */
export interface HostContext {
  readonly options: HostOptions;
  readonly app: AppFolder;
  readonly log: HostLog;
  readonly keys: Keys;
}

const defaultEnvironment = { AZURE_FUNCTIONS_ENVIRONMENT: 'Development', FUNCTIONS_WORKER_RUNTIME: 'node' };
