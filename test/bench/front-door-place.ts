import { silentTimers } from '../builders/silent-timers.ts';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { freePort } from '../local/listen.ts';
import { startCallbackReceiver } from '../local/callback-receiver.ts';
import type { CallbackReceiver } from '../local/callback-receiver.ts';
import { newWebhookSecret } from '../local/caller-key.ts';
import { seededRandom, startFaultyProxy } from '../local/faulty-proxy.ts';
import type { FaultyProxy } from '../local/faulty-proxy.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { startStandIns } from '../local/stand-ins.ts';
import type { Ending } from '../local/stand-ins.ts';
import { startHosts } from './front-door-hosts.ts';
import type { Hosts } from './front-door-hosts.ts';
import type { FrontDoorRun } from './front-door-run.ts';
import { adminToken, connectCustomers, connectPlaybook } from './front-door-world.ts';

/** What a run takes place in. */
export interface Place {
  readonly hosts: Hosts;
  readonly simulator: Simulator;
  readonly proxy: FaultyProxy;
  readonly receiver: CallbackReceiver;
  readonly tables: Tables;
  readonly now: () => number;
  /** All live so much later from now on: gives the setting that tells the apps. */
  readonly goAhead: (byMs: number) => Readonly<Record<string, string>>;
  readonly random: () => number;
  readonly secret: string;
  readonly token: string;
}

/** Starts the receiver, the proxy, the simulator and two instances, with the customers connected. */
export async function startPlace(run: FrontDoorRun, ending: Ending): Promise<Place> {
  const clockStartMs = Date.now();
  let aheadMs = 0;
  const now = (): number => Math.floor(clockStartMs + (Date.now() - clockStartMs) * run.speed + aheadMs);
  const goAhead: Place['goAhead'] = (byMs) => {
    aheadMs += byMs;
    return { CLOCK_AHEAD_MS: String(aheadMs) };
  };
  const [secret, callbackSecret] = [newWebhookSecret(), newWebhookSecret()];
  const receiver = await startCallbackReceiver({ port: 0, secrets: [callbackSecret], print: () => undefined, now });
  ending.onStop(receiver.stop);
  const targetPort = Number(/127\.0\.0\.1:(\d+)/.exec(run.connectionString)?.[1]);
  const proxy = await startFaultyProxy({ targetPort, seed: run.seed, delayMs: 30 });
  ending.onStop(proxy.stop);
  const standIns = await startStandIns(
    {
      appDir: run.appDir,
      tables: run.connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`),
      allowedOrigins: [receiver.origin],
      settings: silentTimers,
    },
    ending,
  );
  const { simulator } = standIns;
  const clock = setInterval(() => simulator.control.clock.setOffset(now() - Date.now()), 10);
  ending.onStop(() => Promise.resolve(clearInterval(clock)));
  const tables = openTables({ connectionString: run.connectionString });
  await connectCustomers(simulator, tables, run.tenants);
  const hosts = await startHosts({
    appDir: standIns.appDir,
    ports: [standIns.appPort, await freePort()],
    env: { ...standIns.settings, ...fastClock(clockStartMs, run.speed) },
    freezeMs: leaseMs / run.speed + 500,
  });
  ending.onStop(hosts.stop);
  const addresses = { appOrigin: hosts.origin(0), callbackUrl: `${receiver.origin}/hooks` };
  await connectPlaybook(simulator, { ...addresses, secrets: [secret, callbackSecret] });
  const token = await adminToken(simulator);
  return {
    ...{ hosts, simulator, proxy, receiver, tables, now, goAhead, secret, token },
    random: seededRandom(run.seed),
  };
}

const leaseMs = 90_000;

function fastClock(startMs: number, speed: number): Readonly<Record<string, string>> {
  const NODE_OPTIONS = `--import=${new URL('../local/fast-clock.mjs', import.meta.url).href}`;
  return { NODE_OPTIONS, CLOCK_START_MS: String(startMs), CLOCK_SPEED: String(speed) };
}
