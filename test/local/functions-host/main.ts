import { parseArgs } from 'node:util';
import { runHost } from './host.ts';
import type { Host } from './host.ts';
import type { FromHost, ToHost } from './start-host.ts';

/**
 * node test/local/functions-host/main.ts --app DIR --port 7071
 *
 * Options: `--address`, `--no-enable-auth` (keys are checked by default, as in Azure), `--master-key`, `--function-key` (made up
 * and printed when absent), `--proxy-timeout-ms`, `--drain-timeout-ms`, `--state-dir`.
 */
const { values } = parseArgs({
  allowNegative: true,
  options: {
    app: { type: 'string', default: '.' },
    port: { type: 'string', default: '7071' },
    address: { type: 'string' },
    'enable-auth': { type: 'boolean', default: true },
    'master-key': { type: 'string' },
    'function-key': { type: 'string' },
    'proxy-timeout-ms': { type: 'string' },
    'drain-timeout-ms': { type: 'string' },
    'state-dir': { type: 'string' },
  },
});

const print = (text: string): void => void process.stdout.write(text);
/** Whoever started the host is gone: it may happen while the app still loads. */
const orphaned = new Promise<void>((resolve) => process.once('disconnect', resolve));

try {
  await serve(await runHost(toOptions()));
} catch (error) {
  print(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}

function toOptions(): Parameters<typeof runHost>[0] {
  const proxyTimeout = values['proxy-timeout-ms'];
  const drainTimeout = values['drain-timeout-ms'];
  return {
    appDir: values.app,
    port: Number(values.port),
    output: print,
    keys: {
      isEnforced: values['enable-auth'],
      ...(values['master-key'] === undefined ? {} : { master: values['master-key'] }),
      ...(values['function-key'] === undefined ? {} : { function: values['function-key'] }),
    },
    ...(values.address === undefined ? {} : { address: values.address }),
    ...(proxyTimeout === undefined ? {} : { proxyTimeoutMs: Number(proxyTimeout) }),
    ...(drainTimeout === undefined ? {} : { drainTimeoutMs: Number(drainTimeout) }),
    ...(values['state-dir'] === undefined ? {} : { stateDir: values['state-dir'] }),
  };
}

async function serve(host: Host): Promise<void> {
  // Before it says that it listens: whoever reads that may end it at once.
  const ending = Promise.withResolvers<string | undefined>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.resolve(undefined));
  process.on('message', (message: ToHost) => message.kind === 'stop' && ending.resolve(undefined));
  void orphaned.then(() => ending.resolve(undefined));
  process.once('SIGINT', () => process.once('SIGINT', () => process.exit(1)));
  print(`Functions host listens on ${host.url} (${host.functions.length} functions)\n`);
  if (host.keys.isEnforced && values['master-key'] === undefined) print(`Master key: ${host.keys.master}\n`);
  tell({
    kind: 'listening',
    port: host.port,
    workerPid: host.workerPid(),
    masterKey: host.keys.master,
    functionKey: host.keys.function,
  });
  const givenUp = await Promise.race([ending.promise, host.givenUp]);
  if (givenUp === undefined) await host.stop();
  else host.kill();
  process.exit(givenUp === undefined ? 0 : 1);
}

function tell(message: FromHost): void {
  if (process.connected) process.send?.(message);
}
