import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../local/faulty-proxy.ts';
import type { FaultName } from '../local/simulator/faults.ts';
import type { Place } from './front-door-place.ts';
import type { FrontDoorRun } from './front-door-run.ts';

/** Timers that are fired all the time, and those that only run beside them, on both instances at once. */
export const timers = {
  often: ['drainActions', 'deliverCallbacks'],
  seldom: ['syncTenants', 'refreshFeeds', 'sweep', 'checkTenants'],
} as const;

export interface TroubleOptions extends Place {
  readonly run: FrontDoorRun;
  /** How many requests were answered so far. */
  readonly answered: () => number;
}

/** Of the apps' clock: timers run every minute, and some now and then. */
const minuteMs = 60_000;
const seldomEveryTicks = 20;
const disturbEveryMs = 500;
const defenderFaults: readonly FaultName[] = ['drop-after', 'http-503', 'drop-before', 'http-500', 'truncated'];

/** Lets everything go wrong at once, and timers run on both instances; `calm` ends what goes wrong and resolves when all is up. */
export function startTrouble({ hosts, simulator, proxy, run, answered }: TroubleOptions) {
  const random = seededRandom(run.seed + 1);
  const over = new AbortController();
  const { faults } = simulator.control;
  proxy.setChances({ loseReply: run.faults, reset: run.faults, unavailable: run.faults, delay: run.faults * 3 });

  async function strikeOn(): Promise<void> {
    let next = 0;
    let seen = 0;
    while (await pause(run.strikeEveryMs, over.signal)) {
      // A slow machine that has just come up is let do something first.
      if (answered() - seen < run.strikeEveryAnswers) continue;
      seen = answered();
      await hosts.strike(next % hosts.count);
      next += 1;
    }
  }

  async function fireOn(): Promise<void> {
    let tick = 0;
    while (await pause(minuteMs / run.speed, over.signal)) {
      const names = [...timers.often, ...((tick += 1) % seldomEveryTicks === 5 ? timers.seldom : [])];
      const instances = Array.from({ length: hosts.count }, (_, i) => i);
      await Promise.all(instances.flatMap((index) => names.map((name) => hosts.fire(index, name))));
    }
  }

  async function disturbOn(): Promise<void> {
    while (await pause(disturbEveryMs, over.signal)) {
      faults.clear();
      const fault = defenderFaults[Math.floor(random() * defenderFaults.length)] ?? 'drop-after';
      faults.add({ fault, times: 1, match: { path: '/api/machines/' }, skip: Math.floor(random() * 10) });
    }
  }

  const all = Promise.all([strikeOn(), fireOn(), disturbOn()]);
  return {
    calm: async (): Promise<void> => {
      over.abort();
      await all;
      faults.clear();
      proxy.setChances(undefined);
    },
  };
}

/** Whether to go on. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return wait(ms, true, { signal }).catch(() => false);
}
