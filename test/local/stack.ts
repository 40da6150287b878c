import { startHost } from './functions-host/start-host.ts';
import type { RunningHost } from './functions-host/start-host.ts';
import { startStandIns } from './stand-ins.ts';
import type { Ending, StandIns, StandInsOptions } from './stand-ins.ts';

/** The app and all it talks to, running on this machine. */
export interface Stack extends StandIns {
  readonly appOrigin: string;
  readonly host: RunningHost;
}

/** Starts Azurite, the simulator and the app, in that order. What was started ends with `ending`, also when a part does not start. */
export async function startStack(options: StandInsOptions, ending: Ending): Promise<Stack> {
  const standIns = await startStandIns(options, ending);
  const { appDir, appPort, settings } = standIns;
  const host = await startHost({ appDir, port: appPort, env: settings, isAuthEnforced: false });
  ending.onStop(async () => void (await host.stop()));
  return { ...standIns, appOrigin: host.url, host };
}
