// `node test/bench/alert-ingest.ts [alerts = 10000] [tenants = 100]`: what an alert costs, and how long many take under Defender's limits.
import { startAzuriteTables } from '../local/azurite.ts';
import { createProcesses } from '../local/processes.ts';
import { createTables } from '../builders/create-tables.ts';
import { call } from '../builders/http.ts';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { startBenchApp } from './alert-app.ts';
import type { BenchApp } from './alert-app.ts';
import { connectAlertCustomers, startRemoteSimulator, toAlertRequest, toTenantId } from './alert-world.ts';
import type { RemoteSimulator } from './alert-world.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { median } from './load.ts';

const [alerts = 10_000, tenants = 100] = process.argv.slice(2).map(Number);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const minuteMs = 60_000;
/** https://learn.microsoft.com/defender-endpoint/api/create-alert-by-reference */
const createsPerMinute = 15;

const startMs = Date.now();
const eventTime = new Date(startMs - 10 * minuteMs).toISOString();
let nowMs = startMs;

const processes = createProcesses();
try {
  const azurite = await startAzuriteTables({});
  processes.onStop(azurite.stop);
  await createTables(azurite.connectionString());
  const proxy = await startCountingProxy(azurite.port);
  processes.onStop(proxy.stop);
  const simulator = await startRemoteSimulator(tenants + 1, eventTime, processes);
  const direct = azurite.connectionString();
  const tables = openTables({ connectionString: direct });
  await connectAlertCustomers(tables, tenants + 1);
  const clock = { now: () => nowMs, moveBy: (ms: number) => moveTo(simulator, nowMs + ms) };

  const counted = startBenchApp(simulator, direct.replace(`:${azurite.port}/`, `:${proxy.port}/`), clock);
  await benchOne(counted, simulator, () => proxy.take().calls);
  await benchMany(startBenchApp(simulator, direct, clock), simulator, tables);
} finally {
  await processes.stop();
}

/** One alert after the other, with nothing else going on: every minute one, so that no limit is near. */
async function benchOne(app: BenchApp, simulator: RemoteSimulator, takeStorageCalls: () => number): Promise<void> {
  const tenantId = toTenantId(tenants);
  const waits: number[] = [];
  const storage: number[] = [];
  for (let i = 0; i < 15; i += 1) {
    await moveTo(simulator, nowMs + minuteMs);
    await simulator.takeCalls();
    takeStorageCalls();
    const request = toAlertRequest(tenantId, `one-${i}`, { eventTime, nowMs });
    const startedMs = performance.now();
    const { status } = await call(app.handler('receiveAlert'), {
      ...request,
      headers: { 'idempotency-key': request.headers['idempotency-key'] },
    });
    if (status !== 200) throw new Error(`An idle alert was answered ${status}.`);
    waits.push(performance.now() - startedMs);
    storage.push(takeStorageCalls());
  }
  const calls = await simulator.takeCalls();
  say('One alert, idle');
  say(
    `  from the webhook to the answer with the Defender alert in it: median ${median(waits).toFixed(0)} ms of ${waits.length}`,
  );
  say(`  storage calls: median ${median(storage)}`);
  for (const [name, count] of Object.entries(calls)) say(`  ${count} x ${name}`);
}

/** All at once, then minute by minute until all are there. */
async function benchMany(app: BenchApp, simulator: RemoteSimulator, tables: Tables): Promise<void> {
  const wallMs = performance.now();
  let peakBytes = 0;
  const memory = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 250);
  const virtualStartMs = nowMs;
  await simulator.takeCalls();
  await inParallel(alerts, async (i) => {
    const { status } = await call(
      app.handler('receiveAlert'),
      toAlertRequest(toTenantId(i % tenants), String(i), { eventTime, nowMs }),
    );
    if (status !== 202) throw new Error(`Alert ${i} was answered ${status}.`);
  });
  const acceptedMs = performance.now() - wallMs;
  await moveTo(simulator, nowMs + 2 * minuteMs); // what was accepted is left to the timer, after its lease
  const carriedFromMs = nowMs;
  for (let left = alerts; left > 0;) {
    await app.tick('drainAlerts');
    left = await countItems(tables);
    // The next tick: the waiting of the one before is over by then.
    if (left > 0) await moveTo(simulator, carriedFromMs + Math.ceil((nowMs - carriedFromMs + 1) / minuteMs) * minuteMs);
  }
  clearInterval(memory);
  const calls = await simulator.takeCalls();
  const created = calls['POST /api/alerts/CreateAlertByReference'] ?? 0;
  const floor = Math.ceil(alerts / tenants / createsPerMinute) - 1;
  say(`\n${alerts} alerts, ${tenants} tenants, under Defender's limits`);
  say(
    `  accepted in ${(acceptedMs / 1000).toFixed(0)} s; carried in ${((nowMs - carriedFromMs) / minuteMs).toFixed(1)} virtual minutes (floor of the limits: ${floor})`,
  );
  say(
    `  virtual ${((nowMs - virtualStartMs) / minuteMs).toFixed(1)} minutes in all, wall ${((performance.now() - wallMs) / 1000).toFixed(0)} s, peak memory ${(peakBytes / 1e6).toFixed(0)} MB`,
  );
  say(`  creations ${created}; calls per alert:`);
  for (const [name, count] of Object.entries(calls)) say(`  ${(count / alerts).toFixed(2)} x ${name}`);
}

async function moveTo(simulator: RemoteSimulator, toMs: number): Promise<void> {
  nowMs = toMs;
  await simulator.setClock(toMs);
}

async function countItems(tables: Tables): Promise<number> {
  const queryOptions = { filter: "RowKey ge 'q|alerts|' and RowKey lt 'q|alerts|~'", select: ['RowKey'] };
  let count = 0;
  for await (const _item of tables('work').listEntities({ queryOptions })) count += 1;
  return count;
}

async function inParallel(count: number, run: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}
