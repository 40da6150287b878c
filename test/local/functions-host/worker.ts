import { createCoreApi, supplyCoreApi } from './core-api.ts';
import { loadApp } from './load-app.ts';
import { toFailure } from './messages.ts';
import type { FromWorker, LogMessage, ToWorker } from './messages.ts';
import { runHooks, runInvocation } from './run-invocation.ts';

/**
 * The process that holds the app, one for each start: module state of the library (core API, registrations, the lock on its
 * set-up) is per process. It has no mind of its own: the host tells it what to run and when to end.
 */
const appDir = process.argv[2] ?? process.cwd();
const log = (message: Omit<LogMessage, 'kind'>): void => send({ kind: 'log', ...message });
const core = createCoreApi(log);
const host = { core, appHookData: {}, log };

// Ctrl-C reaches the whole group of processes: only the host decides when the app ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(1));

// Stack traces of a bundle are of use to nobody otherwise; must be on before the bundle loads.
process.setSourceMapsEnabled(true);
supplyCoreApi(core.api);
process.chdir(appDir);
try {
  const capabilities = await loadApp(process.cwd(), host);
  process.on('message', receive);
  const functions = [...core.functions.values()].map(({ metadata }) => metadata);
  send({ kind: 'ready', functions, capabilities });
} catch (error) {
  sendAndExit({ kind: 'failed', message: toFailure(error).message }, 1);
}

function receive(message: ToWorker): void {
  if (message.kind === 'stop') void stop();
  else void run(message);
}

async function run({ invocation }: Extract<ToWorker, { kind: 'invoke' }>): Promise<void> {
  const outcome = await runInvocation(host, invocation);
  send({ kind: 'ended', invocationId: invocation.invocationId, outcome });
}

async function stop(): Promise<void> {
  await runHooks(core, 'appTerminate', { hookData: host.appHookData });
  // The library's HTTP server for streams would keep the process alive: it offers no way to close it.
  process.exit(0);
}

function send(message: FromWorker): void {
  process.send?.(message);
}

function sendAndExit(message: FromWorker, exitCode: number): void {
  if (!process.send) process.exit(exitCode);
  process.send(message, () => process.exit(exitCode));
}
