// Breaks the engine on purpose: `node test/bench/engine-faults.ts [operations = 10000] [seed = 1]`.
// Accepts that many operations through a storage connection that loses replies, breaks, delays and answers 503, while worker
// processes that carry them are killed with SIGKILL at random points, and counts what was lost or happened twice.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { TableServiceClient } from '@azure/data-tables';
import { openTables, tableNames } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import type { NewOperation } from '../../shared/work/accept.store.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import { seededRandom, startFaultyProxy } from '../local/faulty-proxy.ts';
import type { FaultyProxy } from '../local/faulty-proxy.ts';
import { startOutside } from './engine-outside.ts';
import type { Outside } from './engine-outside.ts';
import { fastClock, toWorkOptions } from './engine-worker.ts';

const workerFile = fileURLToPath(new URL('./engine-worker.ts', import.meta.url));

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

/** What came of it. The first five must be 0. */
export interface FaultReport {
  /** Accepted and never ended. */
  readonly lost: number;
  /** Operations that ended more than once, by the events of their ends. */
  readonly endedTwice: number;
  /** Replays that gave another operation, or conflicting payloads that were not told. */
  readonly wrongAnswers: number;
  /** Work items, exclusive names or dead letters that nobody owns, and operations that are not listed once. */
  readonly leftOver: number;
  /** Effects made again though no worker lost its claim while alive. */
  readonly unexplainedRepeats: number;
  readonly operations: number;
  readonly effectsRepeated: number;
  readonly claimsLostAlive: number;
  readonly givenUp: number;
  readonly kills: number;
  readonly faults: FaultyProxy['counts'];
  readonly seconds: number;
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

interface Answers {
  readonly ids: ReadonlySet<string>;
  readonly wrong: number;
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

async function toReport(all: {
  readonly run: FaultRun;
  readonly answers: Answers;
  readonly outside: Outside;
  readonly tables: Tables;
  readonly kills: number;
  readonly faults: FaultyProxy['counts'];
  readonly startedMs: number;
}): Promise<FaultReport> {
  const { answers, outside } = all;
  const rows: Record<string, unknown>[] = [];
  for await (const row of all.tables('work').listEntities<Record<string, unknown>>()) rows.push(row);
  const family = (prefix: string) => rows.filter((row) => String(row['rowKey']).startsWith(prefix));
  const operations = family('o|');
  const ended = new Map(operations.map((row) => [String(row['id']), String(row['status'])]));
  const listed = new Set(family('l|').map((row) => row['id']));
  const effectsRepeated = [...outside.effects.values()].reduce((sum, count) => sum + count - 1, 0);
  return {
    lost: [...answers.ids].filter((id) => !/^(Succeeded|Failed)$/.test(ended.get(id) ?? '')).length,
    endedTwice: [...outside.ends.values()].filter((events) => events.size !== 1).length,
    wrongAnswers: answers.wrong + (operations.length - all.run.operations) + (answers.ids.size - all.run.operations),
    leftOver:
      family('q|').length +
      family('e|').length +
      family('d|').length +
      Math.abs(listed.size - operations.length) +
      (family('l|').length - listed.size),
    unexplainedRepeats: Math.max(0, effectsRepeated - outside.claimsLostAlive()),
    operations: operations.length,
    effectsRepeated,
    claimsLostAlive: outside.claimsLostAlive(),
    givenUp: [...ended.values()].filter((status) => status === 'Failed').length,
    kills: all.kills,
    faults: { ...all.faults },
    seconds: Math.round((performance.now() - all.startedMs) / 100) / 10,
  };
}

/** The workers: one that was killed is replaced. */
function createCrew(run: FaultRun, seed: number) {
  const crew = new Map<string, ChildProcess>();
  const random = seededRandom(seed);
  let kills = 0;
  let isStopped = false;
  let place: object = {};

  function hire(): void {
    const name = randomUUID();
    const child = fork(workerFile, [JSON.stringify({ ...place, name })], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    crew.set(name, child);
    child.once('exit', () => {
      crew.delete(name);
      if (!isStopped) hire();
    });
  }

  function killOne(name: string): void {
    const child = crew.get(name);
    if (child?.kill('SIGKILL')) kills += 1;
  }

  return {
    start: (where: object) => {
      place = where;
      for (let i = 0; i < run.workers; i += 1) hire();
    },
    killOne,
    kill: () => {
      const names = [...crew.keys()];
      killOne(names[Math.floor(random() * names.length)] ?? '');
    },
    kills: () => kills,
    stop: () => {
      isStopped = true;
      for (const child of crew.values()) child.kill('SIGKILL');
    },
  };
}

async function main(): Promise<void> {
  const operations = Number(process.argv[2] ?? 10_000);
  const seed = Number(process.argv[3] ?? 1);
  const azurite = await startAzuriteTables({});
  try {
    const connectionString = azurite.connectionString();
    await createTables(connectionString);
    const hard = { workers: 4, tenants: 20, faults: 0.03, killEvery: { requests: 500, effects: 50 }, speed: 30 };
    const report = await runEngineFaults({ connectionString, operations, seed, ...hard });
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    const bad = report.lost + report.endedTwice + report.wrongAnswers + report.leftOver + report.unexplainedRepeats;
    process.exitCode = bad === 0 ? 0 : 1;
  } finally {
    await azurite.stop();
  }
}

async function createTables(connectionString: string): Promise<void> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for (const name of tableNames) await service.createTable(name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
