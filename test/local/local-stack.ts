import { buildPackage } from '../../.config/package.ts';
import type { BuiltPackage } from '../../.config/package.ts';
import { startCallbackReceiver } from './callback-receiver.ts';
import { findCoreTools, startCoreTools } from './core-tools.ts';
import { world } from './demo-world.ts';
import { startHost } from './functions-host/start-host.ts';
import { requireFreePort } from './listen.ts';
import type { Processes } from './processes.ts';
import type { RunningStack } from './running-stack.ts';
import { startStandIns } from './stand-ins.ts';
import type { StandIns } from './stand-ins.ts';

/** The stack at the ports that the documentation names. */
export interface LocalStack extends RunningStack, StandIns {
  readonly host: AppHost;
  /** Ends the app; it comes back so much later, by its own clock and by the clocks of all stand-ins. */
  comeBackLater(byMs: number): Promise<void>;
}

/** What runs the app. */
interface AppHost {
  readonly name: 'Core Tools' | 'test/local/functions-host';
  /** Tells how the app ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Builds the package and starts it with its stand-ins at the fixed ports; a taken port is named. It ends with `processes`. `print` is given the app's log. */
export async function startLocalStack(processes: Processes, print?: (text: string) => void): Promise<LocalStack> {
  const { app, simulator, identity, table, feeds, callbacks, blob, queue } = world.ports;
  const func = findCoreTools();
  const isWhole = func !== undefined;
  const ports = [app, simulator, identity, table, callbacks, ...(isWhole ? [blob, queue] : [])];
  for (const port of ports) await requireFreePort(port);
  const { appDir } = await build(processes);
  const standIns = await startStandIns(
    {
      appDir,
      ports: { app, simulator, identity, table },
      ...(isWhole ? { azurite: { blob, queue, table } } : {}),
      allowedOrigins: [`http://127.0.0.1:${feeds}`, `http://127.0.0.1:${callbacks}`],
    },
    processes,
  );
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const receiver = await startCallbackReceiver({ port: callbacks, secrets: [], print: () => undefined, now });
  processes.onStop(receiver.stop);
  const tools = { func, ...(print === undefined ? {} : { print }) };
  const host = await startApp(tools, standIns);
  let current = host;
  processes.onStop(() => current.stop());
  const comeBackLater = async (byMs: number): Promise<void> => {
    await current.stop();
    aheadMs += byMs;
    standIns.simulator.control.clock.setOffset(aheadMs);
    current = await startApp(tools, { ...standIns, settings: { ...standIns.settings, ...toLaterClock(aheadMs) } });
  };
  const appOrigin = `http://127.0.0.1:${app}`;
  return { ...standIns, appOrigin, simulatorOrigin: standIns.simulator.origin, host, comeBackLater };
}

function toLaterClock(aheadMs: number): Readonly<Record<string, string>> {
  const clock = new URL('fast-clock.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${clock}`, CLOCK_AHEAD_MS: String(aheadMs) };
}

/** The bundler writes from a process of its own: nobody is to remove the folder under it. */
function build(processes: Processes): Promise<BuiltPackage> {
  const building = buildPackage({ outDir: processes.tempFolder() });
  processes.onStop(async () => void (await Promise.allSettled([building])));
  return building;
}

interface Tools {
  readonly func: string | undefined;
  readonly print?: (text: string) => void;
}

async function startApp({ func, ...print }: Tools, { appDir, appPort: port, settings }: StandIns): Promise<AppHost> {
  if (func === undefined) {
    const host = await startHost({ appDir, port, env: settings, isAuthEnforced: false, ...print });
    return {
      name: 'test/local/functions-host',
      ended: host.ended.then(({ code, output }) => `code ${code}:\n${output}`),
      stop: async () => void (await host.stop()),
    };
  }
  const tools = await startCoreTools({ func, appDir, port, settings, ...print });
  return {
    name: 'Core Tools',
    ended: tools.ended.then((how) => `${how}:\n${tools.output()}`),
    stop: () => tools.stop(stopTimeoutMs),
  };
}

const stopTimeoutMs = 20_000;
