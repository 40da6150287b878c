import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import type { NewOperation } from '../../shared/work/new-operation.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { seededRandom, startFaultyProxy } from '../local/faulty-proxy.ts';
import { startOutside } from './engine-outside.ts';
import type { Outside } from './engine-outside.ts';
import { fastClock, toWorkOptions } from './engine-worker.ts';
import { createCrew } from './engine-crew.ts';
import { toReport } from './engine-report.ts';
import type { Answers, FaultReport } from './engine-report.ts';

/** How bad it gets. */
export interface FaultRun {
  readonly connectionString: string;
  readonly operations: number;
  readonly seed: number;
  readonly workers: number;
  readonly tenants: number;
  /** Share of storage requests that meet each of loss, reset and 503. */
  readonly faults: number;
  /** A worker is killed once in so many storage requests, and once in so many effects (before and after them). */
  readonly killEvery: { readonly requests: number; readonly effects: number };
  /** Seconds of the engine's clock in one of the machine's. */
  readonly speed: number;
}

/** Runs it all, and cleans up. */
export async function runEngineFaults(run: FaultRun): Promise<FaultReport> {
  const startedMs = performance.now();
  const random = seededRandom(run.seed);
  const clock = fastClock(Date.now(), run.speed);
  const crew = createCrew(run, clock.startMs);
  const oneIn = (count: number): boolean => random() < 1 / count;
  const proxy = await startFaultyProxy({
    ...{ targetPort: Number(/127\.0\.0\.1:(\d+)/.exec(run.connectionString)?.[1]), seed: run.seed, delayMs: 20 },
    chances: { loseReply: run.faults, reset: run.faults, unavailable: run.faults, delay: run.faults },
    onRequest: () => void (oneIn(run.killEvery.requests) && crew.kill()),
  });
  const outside = await startOutside({ isDeadly: () => oneIn(run.killEvery.effects), kill: crew.killOne });
  try {
    const connectionString = run.connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`);
    const place = { connectionString, outsidePort: outside.port, startMs: clock.startMs, speed: run.speed };
    crew.start(place);
    const work = createWork(toWorkOptions({ ...place, name: 'front' }, openTables({ connectionString })));
    const answers = await acceptAll(work, run, random);
    const tables = openTables({ connectionString: run.connectionString });
    await untilQuiet(tables, outside, answers.ids);
    return await toReport({ run, answers, outside, tables, kills: crew.kills(), faults: proxy.counts, startedMs });
  } finally {
    crew.stop();
    await outside.stop();
    await proxy.stop();
  }
}

/** Accepts, repeats one in five with the same bytes (half of them at the same time), and one in ten with others. */
async function acceptAll(work: Work, run: FaultRun, random: () => number): Promise<Answers> {
  const ids = new Set<string>();
  let wrong = 0;
  let next = 0;
  const acceptNext = async (): Promise<void> => {
    const input = toInput((next += 1), run.tenants, random);
    const twice = random() < 0.1;
    const [first, twin] = await Promise.all([insist(work, input), ...(twice ? [insist(work, input)] : [])]);
    if (!first || !('operation' in first)) return void (wrong += 1);
    ids.add(first.operation.id);
    if (twin && !('operation' in twin && twin.operation.id === first.operation.id)) wrong += 1;
    if (random() < 0.3 && first.outcome === 'accepted') await work.perform(first, 5_000 * run.speed);
    const again = random() < 0.1 ? await insist(work, input) : undefined;
    if (again && !('operation' in again && again.operation.id === first.operation.id)) wrong += 1;
    const other = random() < 0.1 ? await insist(work, { ...input, fingerprint: 'other bytes' }) : undefined;
    if (other && other.outcome !== 'key_reused') wrong += 1;
  };
  const acceptOn = async (): Promise<void> => {
    while (next < run.operations) await acceptNext();
  };
  await Promise.all(Array.from({ length: 32 }, acceptOn));
  return { ids, wrong };
}

/** As a caller does: a 503 is asked again with the same key. */
async function insist(work: Work, input: NewOperation): ReturnType<Work['accept']> {
  for (;;) {
    try {
      return await work.accept(input);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UpstreamUnavailable') throw error;
    }
  }
}

function toInput(index: number, tenants: number, random: () => number): NewOperation {
  // A third of the work comes from one tenant.
  const tenantId = random() < 0.33 ? 'tenant-0' : `tenant-${index % tenants}`;
  const kind = random() < 0.5 ? 'Alert' : 'Action';
  const dedupeKey = `key-${index}`;
  return { tenantId, kind, callerId: 'soar', dedupeKey, fingerprint: dedupeKey, request: { index } };
}

/** The end of every operation was told, and no work is left. */
async function untilQuiet(tables: Tables, outside: Outside, ids: ReadonlySet<string>): Promise<void> {
  for (;;) {
    await outside.untilTold(ids);
    let items = 0;
    for await (const row of tables('work').listEntities()) if (String(row.rowKey).startsWith('q|')) items += 1;
    if (items === 0) return;
  }
}
