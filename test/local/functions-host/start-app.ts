import type { HostContext } from './host.ts';
import { createInvocations } from './invocations.ts';
import type { Invocations } from './invocations.ts';
import type { FunctionMetadata } from './messages.ts';
import { superviseApp } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';

/** Starts the process with the app and what talks to it. */
export async function startApp({ options, app, log, now }: StartAppOptions): Promise<RunningApp> {
  const givenUp = Promise.withResolvers<string>();
  const started = Promise.withResolvers<Supervisor>();
  const supervisor = started.promise;
  const invocations = createInvocations({ supervisor, functionTimeoutMs: app.functionTimeoutMs, log, now });
  const running = await superviseApp({
    appDir: app.appDir,
    settings: app.settings,
    now,
    onLog: invocations.acceptLog,
    onOutput: options.output,
    onRestart: (reason) => log('error', 'Host', `${reason} Starting a fresh one.`),
    onGivenUp: (reason) => {
      log('critical', 'Host', reason);
      givenUp.resolve(reason);
    },
  });
  started.resolve(running);
  return { supervisor: running, invocations, functions: running.current().ready.functions, givenUp: givenUp.promise };
}

export interface StartAppOptions extends Pick<HostContext, 'options' | 'app' | 'log'> {
  readonly now: () => number;
}

export interface RunningApp {
  readonly supervisor: Supervisor;
  readonly invocations: Invocations;
  readonly functions: readonly FunctionMetadata[];
  readonly givenUp: Promise<string>;
}
