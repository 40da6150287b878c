import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { UpstreamUnavailable } from '../../shared/errors.ts';
import type { Carry } from '../../shared/work/carry.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { WorkOptions } from '../../shared/work/engine.store.ts';

/** Where a worker finds everything; the clock is the same in all processes. */
export interface WorkerPlace {
  readonly name: string;
  readonly connectionString: string;
  readonly outsidePort: number;
  readonly startMs: number;
  readonly speed: number;
}

/** A clock that runs `speed` times as fast as the machine's since `startMs`. */
export function fastClock(startMs: number, speed: number): { readonly now: () => number; readonly startMs: number } {
  return { startMs, now: () => startMs + (Date.now() - startMs) * speed };
}

/** An engine whose operations have one effect outside each, made once by looking first. */
export function toWorkOptions(place: WorkerPlace, tables: Tables): WorkOptions {
  const { now } = fastClock(place.startMs, place.speed);
  const outside = async (method: string, path: string): Promise<boolean> => {
    const url = `http://127.0.0.1:${place.outsidePort}/${path}`;
    try {
      return (await fetch(url, { method, headers: { worker: place.name } })).ok;
    } catch (cause) {
      throw new UpstreamUnavailable('The outside does not answer.', { retryAfterMs: 1_000, cause });
    }
  };
  const note = (event: string): void => {
    // Nobody waits for it: a line of the log.
    if (event === 'claim.lost') void outside('POST', `lost/${randomUUID()}`).catch(() => undefined);
  };
  return {
    ...{ tables, now, newId: randomUUID, random: Math.random, wait: (ms) => wait(ms / place.speed) },
    log: { info: note, warn: note, error: note },
    carryOf: () => carryWith(outside),
    carryCallback: async (callback) => {
      const { id, operationId, status } = callback.payload;
      const isTaken = await outside(
        'POST',
        `${status === 'Running' ? 'news' : 'ends'}/${String(operationId)}/${String(id)}`,
      );
      return isTaken ? { outcome: 'Done' } : { outcome: 'Later', dueAtMs: now() + 5_000, isAttemptFailed: true };
    },
    callbacksOf: (before, after) => {
      if (before.status === after.status) return Promise.resolve([]);
      const id = `${after.id}_${after.version}`;
      return Promise.resolve([{ id, payload: { id, operationId: after.id, status: after.status } }]);
    },
    gate: () => Promise.resolve('open'),
  };
}

function carryWith(outside: (method: string, path: string) => Promise<boolean>): Carry {
  return async ({ operation, state }, tools) => {
    if (state === undefined) {
      return { outcome: 'Later', dueAtMs: tools.now(), stage: 'FindingMachine', state: { isFound: true } };
    }
    const isMade = 'isSending' in (state as object) && (await outside('GET', `effects/${operation.id}`));
    if (!isMade) {
      await tools.saveIntent({ isFound: true, isSending: true });
      await outside('POST', `effects/${operation.id}`);
    }
    return { outcome: 'Done' };
  };
}

async function main(): Promise<void> {
  const place = JSON.parse(process.argv[2] ?? '{}') as WorkerPlace;
  process.once('disconnect', () => process.exit()); // whoever started it is gone
  const work = createWork(toWorkOptions(place, openTables({ connectionString: place.connectionString })));
  for (;;) {
    for (const lane of ['actions', 'alerts', 'callbacks'] as const) {
      try {
        await work.drain(lane, { budgetMs: 10_000 });
      } catch (error) {
        if (!(error instanceof UpstreamUnavailable)) throw error; // as a timer: the next tick tries again
      }
    }
    await wait(250);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
