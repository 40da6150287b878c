import { setTimeout as wait } from 'node:timers/promises';
import type { Tables } from '../../shared/tables.client.ts';
import { world } from '../local/demo-world.ts';
import type { FaultyProxy } from '../local/faulty-proxy.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import type { Ending } from '../local/stand-ins.ts';
import { createCaller } from './front-door-caller.ts';
import type { CallerCounts } from './front-door-caller.ts';
import type { Mishap } from './front-door-hosts.ts';
import { startPlace } from './front-door-place.ts';
import type { Place } from './front-door-place.ts';
import { toFindings } from './front-door-report.ts';
import type { Findings } from './front-door-report.ts';
import { runTraffic } from './front-door-traffic.ts';
import { startTrouble, timers } from './front-door-trouble.ts';

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
  /** From one kill or freeze to the next: at least so long, and so many answers. */
  readonly strikeEveryMs: number;
  readonly strikeEveryAnswers: number;
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
  const place = await startPlace(run, ending);
  const { hosts, simulator, proxy, receiver, now, random } = place;

  const caller = createCaller({
    ...place,
    ...{ callerId: world.caller.callerId, speed: run.speed, isOver: () => isOver() },
  });
  const trouble = startTrouble({ ...place, run, answered: () => caller.counts.answered });
  const isClosed = (): boolean => isOver(acceptingShare);
  const wanted = { wanted: run.accepted, isOver: isClosed };
  const sending = runTraffic({ ...run, ...{ caller, simulator, now, random }, ...wanted });
  const traffic = await sending.finally(trouble.calm);
  const accepting = secondsSoFar();
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

const patienceRounds = 4;

/** So much of the time is for new requests, what remains for carrying them to their end. */
const acceptingShare = 0.6;

async function countItems(tables: Tables): Promise<number> {
  const queryOptions = { filter: "RowKey ge 'q|actions|' and RowKey lt 'q|sync|'", select: ['RowKey'] };
  let count = 0;
  for await (const _item of tables('work').listEntities({ queryOptions })) count += 1;
  return count;
}

function toDefenderCounts({ control }: Simulator): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { throttled: control.log.entries({ status: 429, path: '/api/' }).length };
  for (const { fault } of control.log.entries()) if (fault !== null) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}
