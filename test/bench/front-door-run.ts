import { setTimeout as wait } from 'node:timers/promises';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { freePort } from '../local/azurite.ts';
import { startCallbackReceiver } from '../local/callback-receiver.ts';
import type { CallbackReceiver } from '../local/callback-receiver.ts';
import { newWebhookSecret } from '../local/caller-key.ts';
import { world } from '../local/demo-world.ts';
import { seededRandom, startFaultyProxy } from '../local/faulty-proxy.ts';
import type { FaultyProxy } from '../local/faulty-proxy.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { startStandIns } from '../local/stand-ins.ts';
import type { Ending } from '../local/stand-ins.ts';
import { createCaller } from './front-door-caller.ts';
import type { CallerCounts } from './front-door-caller.ts';
import { startHosts } from './front-door-hosts.ts';
import type { Hosts, Mishap } from './front-door-hosts.ts';
import { toFindings } from './front-door-report.ts';
import type { Findings } from './front-door-report.ts';
import { runTraffic } from './front-door-traffic.ts';
import { startTrouble, timers } from './front-door-trouble.ts';
import { adminToken, connectCustomers, connectPlaybook } from './front-door-world.ts';

/** How bad it gets. */
export interface FrontDoorRun {
  /** The built package. */
  readonly appDir: string;
  /** Storage with its tables; the apps reach it through the proxy. */
  readonly connectionString: string;
  readonly accepted: number;
  readonly seed: number;
  readonly tenants: number;
  readonly concurrency: number;
  /** Seconds of the apps' and Defender's clocks in one of the machine's. */
  readonly speed: number;
  /** Share of storage requests that meet each of loss, reset and 503. */
  readonly faults: number;
  /** From one kill or freeze to the next. */
  readonly strikeEveryMs: number;
  /** The run ends after this whatever became of it. */
  readonly limitMs: number;
}

export interface FrontDoorReport extends Findings {
  readonly accepted: number;
  readonly replays: number;
  readonly conflicts: number;
  readonly caller: CallerCounts;
  readonly befell: Readonly<Record<Mishap, number>>;
  readonly claimsLostAlive: number;
  readonly storage: FaultyProxy['counts'];
  /** What went wrong with calls to Defender and Entra, by name, and what Defender throttled. */
  readonly defender: Readonly<Record<string, number>>;
  readonly seconds: { readonly accepting: number; readonly total: number };
}

/** Runs it all. What was started is told to `ending`. */
export async function runFrontDoorFaults(run: FrontDoorRun, ending: Ending): Promise<FrontDoorReport> {
  const startedMs = performance.now();
  const secondsSoFar = (): number => Math.round((performance.now() - startedMs) / 100) / 10;
  const isOver = (share = 1): boolean => performance.now() - startedMs > run.limitMs * share;
  const place = await start(run, ending);
  const { hosts, simulator, proxy, receiver, now, random } = place;

  const caller = createCaller({
    ...place,
    ...{ callerId: world.caller.callerId, speed: run.speed, isOver: () => isOver() },
  });
  const trouble = startTrouble({ ...place, run });
  const isClosed = (): boolean => isOver(acceptingShare);
  const wanted = { wanted: run.accepted, isOver: isClosed };
  const traffic = await runTraffic({ ...run, ...{ caller, simulator, now, random }, ...wanted });
  const accepting = secondsSoFar();
  await trouble.calm();
  await untilQuiet(place, isOver);
  await Promise.all(
    traffic.accepted.filter((_, i) => i % Math.ceil(traffic.accepted.length / 200) === 0).map(traffic.ask),
  );

  const claimsLostAlive = hosts.claimsLostAlive();
  const { withoutRetryAfter } = caller.counts;
  const evidence = { ...{ traffic, tables: place.tables, simulator, callbacks: receiver.received }, withoutRetryAfter };
  return {
    ...(await toFindings({ ...evidence, claimsLostAlive })),
    ...{ accepted: traffic.accepted.length, replays: traffic.replays, conflicts: traffic.conflicts },
    ...{ caller: caller.counts, befell: hosts.befell, claimsLostAlive, storage: { ...proxy.counts } },
    defender: toDefenderCounts(simulator),
    seconds: { accepting, total: secondsSoFar() },
  };
}

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

async function start(run: FrontDoorRun, ending: Ending): Promise<Place> {
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
      settings: silentSchedules,
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

/** A midnight that no run lives to see: timers run when the run says so. */
const never = '0 0 0 1 1 *';
const silentSchedules = {
  ...{ ACTIONS_SCHEDULE: never, ALERTS_SCHEDULE: never, CALLBACKS_SCHEDULE: never, SYNC_SCHEDULE: never },
  ...{ FEEDS_SCHEDULE: never, ALERT_CHANGES_SCHEDULE: never, SWEEP_SCHEDULE: never, TENANT_CHECK_SCHEDULE: never },
};

function fastClock(startMs: number, speed: number): Readonly<Record<string, string>> {
  const NODE_OPTIONS = `--import=${new URL('fast-clock.mjs', import.meta.url).href}`;
  return { NODE_OPTIONS, CLOCK_START_MS: String(startMs), CLOCK_SPEED: String(speed) };
}

/** No operation and no callback is left to carry, or time is over. What waits for its next try meets an app that lives an hour later. */
async function untilQuiet({ tables, hosts, goAhead }: Place, isOver: () => boolean): Promise<void> {
  let fewest = Infinity;
  let idleRounds = 0;
  while (!isOver()) {
    const left = await countItems(tables);
    if (left === 0) return;
    idleRounds = left < fewest ? 0 : idleRounds + 1;
    fewest = Math.min(fewest, left);
    if (idleRounds >= patienceRounds) {
      await hosts.restart(goAhead(61 * 60_000));
      idleRounds = 0;
    }
    for (let i = 0; i < hosts.count; i += 1) for (const timer of timers.often) await hosts.fire(i, timer);
    await wait(1_000);
  }
}

const patienceRounds = 6;

/** So much of the time is for new requests, what remains for carrying them to their end. */
const acceptingShare = 0.6;

async function countItems(tables: Tables): Promise<number> {
  const queryOptions = { filter: "RowKey ge 'q|' and RowKey lt 'q}'", select: ['RowKey'] };
  let count = 0;
  for await (const _item of tables('work').listEntities({ queryOptions })) count += 1;
  return count;
}

function toDefenderCounts({ control }: Simulator): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { throttled: control.log.entries({ status: 429, path: '/api/' }).length };
  for (const { fault } of control.log.entries()) if (fault !== null) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}
