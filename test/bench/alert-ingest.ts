// `node test/bench/alert-ingest.ts [alerts = 10000] [tenants = 100]`: what an alert costs, and how long many take under Defender's limits.
import { createProcesses } from '../local/processes.ts';
import { call } from '../builders/http.ts';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { startCountedStorage } from './bench-storage.ts';
import { median } from './load.ts';
import { connectCustomers, startMovedApp } from './moved-app.ts';
import type { MovedApp } from './moved-app.ts';
import { startRemoteSimulator, toTenantId } from './remote-simulator.ts';
import type { RemoteSimulator } from './remote-simulator.ts';

const [alerts = 10_000, tenants = 100] = process.argv.slice(2).map(Number);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const minuteMs = 60_000;
/** https://learn.microsoft.com/defender-endpoint/api/create-alert-by-reference */
const createsPerMinute = 15;

const address = '203.0.113.9';
const pc = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5' };
const startMs = Date.now();
const eventTime = new Date(startMs - 10 * minuteMs).toISOString();
let nowMs = startMs;

const processes = createProcesses();
try {
  const { direct, counted, proxy } = await startCountedStorage(processes);
  const tenantIds = Array.from({ length: tenants + 1 }, (_, index) => toTenantId(index));
  const simulator = await startRemoteSimulator(tenantIds.map(toCustomer), processes);
  const tables = openTables({ connectionString: direct });
  const clock = { now: () => nowMs, moveBy: (ms: number) => moveTo(simulator, nowMs + ms) };

  const app = startMovedApp(simulator, counted, clock);
  const policy = { alerts: { mode: 'Live', maxPerDay: 1_000_000 } };
  await connectCustomers(app.capabilities, tenantIds, tenantInputSchema.parse({ policy }));
  await benchOne(app, simulator, () => proxy.take().calls);
  await benchMany(startMovedApp(simulator, direct, clock), simulator, tables);
} finally {
  await processes.stop();
}

/** One alert after the other, with nothing else going on: every minute one, so that no limit is near. */
async function benchOne(app: MovedApp, simulator: RemoteSimulator, takeStorageCalls: () => number): Promise<void> {
  const tenantId = toTenantId(tenants);
  const waits: number[] = [];
  const storage: number[] = [];
  for (let i = 0; i < 15; i += 1) {
    await moveTo(simulator, nowMs + minuteMs);
    await simulator.takeCalls();
    takeStorageCalls();
    const request = toAlertRequest(tenantId, `one-${i}`);
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
async function benchMany(app: MovedApp, simulator: RemoteSimulator, tables: Tables): Promise<void> {
  const wallMs = performance.now();
  let peakBytes = 0;
  const memory = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 250);
  const virtualStartMs = nowMs;
  await simulator.takeCalls();
  await inParallel(alerts, async (i) => {
    const { status } = await call(app.handler('receiveAlert'), toAlertRequest(toTenantId(i % tenants), String(i)));
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

/** A customer with one machine, that made one connection. */
function toCustomer(tenantId: string) {
  const row = { Timestamp: eventTime, DeviceId: pc.id, DeviceName: pc.computerDnsName, RemoteIP: address };
  return { tenantId, machines: [pc], events: [{ table: 'DeviceNetworkEvents', rows: [row] }] };
}

/** An alert of its own title, so that Defender merges none. */
function toAlertRequest(tenantId: string, number: string) {
  return {
    method: 'POST',
    params: { tenantId },
    headers: { 'idempotency-key': `alert-${number}`, prefer: 'respond-async' },
    json: {
      ...{ type: 'alert.created', timestamp: new Date(nowMs).toISOString(), tenantId },
      data: {
        ...{ id: `finding-${number}`, title: `Finding ${number}`, description: 'A beacon.', severity: 'High' },
        ...{ category: 'CommandAndControl', eventTime, machine: { computerDnsName: pc.computerDnsName } },
        evidence: [{ entityType: 'Ip', ipAddress: address }],
      },
    },
  } as const;
}
