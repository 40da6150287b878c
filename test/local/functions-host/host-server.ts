import { Agent } from 'node:http';
import type { Server } from 'node:http';
import type { Drain } from './drain.ts';
import type { HostContext } from './host.ts';
import type { HostTimers } from './host-timers.ts';
import { createHttpServer } from './http-server.ts';
import type { HttpContext } from './http-server.ts';
import { isDisabled } from './app-folder.ts';
import { createRoutes } from './routes.ts';
import type { RunningApp } from './start-app.ts';

/** The host's HTTP server over the running app; not listening yet. */
export function createHostServer(context: HostServerContext, timers: HostTimers): Server {
  const { options, app, log, keys, drain, supervisor, functions } = context;
  return createHttpServer({
    routes: createRoutes({
      functions,
      routePrefix: app.routePrefix,
      onError: (name, message) => log('error', 'Host.Startup', `The '${name}' function is in error: ${message}`),
    }),
    admin: {
      functions,
      status: () => ({ id: 'local', state: drain.isStopping() ? 'Stopping' : 'Running', version: '4.1037.0' }),
      startByHand: timers.startByHand,
    },
    keys,
    customHeaders: app.customHeaders,
    forwarder: {
      httpUri: async () => (await supervisor.whenReady()).ready.capabilities['HttpUri'] ?? '',
      // Less than the 5 s after which the library's server drops an idle connection.
      agent: new Agent({ keepAlive: true, timeout: 3_000 }),
      timeoutMs: options.proxyTimeoutMs ?? 240_000,
    },
    isStreaming: () => supervisor.current().ready.capabilities['HttpUri'] !== undefined,
    isStopping: drain.isStopping,
    isDisabled: (name) => isDisabled(app, name),
    bodyLimitBytes:
      options.bodyLimitBytes ?? Number(app.settings['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT'] ?? 100 * 1024 ** 2),
    start: createStart(context),
    track: drain.track,
    onError: (error) => log('error', 'Host', String(error)),
  });
}

export interface HostServerContext extends HostContext, RunningApp {
  readonly drain: Drain;
}

function createStart({ invocations }: HostServerContext): HttpContext['start'] {
  return ({ entry, request }, call) =>
    invocations.start({
      ...call,
      functionName: entry.functionName,
      reason: 'This function was programmatically called via the host APIs.',
      trace: { parent: request.headers['traceparent'], state: request.headers['tracestate'] },
    });
}
