// `node test/bench/action-follow.ts [most = 1000]`: what it costs to send an action, and to follow 1, 10, 100 and 1,000 of them.
import { createProcesses } from '../local/processes.ts';
import { call } from '../builders/http.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { startCountedStorage } from './bench-storage.ts';
import type { CountingProxy } from './counting-proxy.ts';
import { median } from './load.ts';
import { connectCustomers, startMovedApp } from './moved-app.ts';
import type { MovedApp } from './moved-app.ts';
import { startRemoteSimulator, toTenantId } from './remote-simulator.ts';
import type { RemoteSimulator } from './remote-simulator.ts';

const [most = 1_000] = process.argv.slice(2).map(Number);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sizes = [1, 10, 100, 1_000].filter((size) => size <= most);
const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
let nowMs = Math.floor(Date.now() / quarterMs) * quarterMs;

const processes = createProcesses();
try {
  const { counted, proxy } = await startCountedStorage(processes);
  const tenantIds = [...sizes, 0].map((_, index) => toTenantId(index));
  const machinesOf = (index: number) => Array.from({ length: sizes[index] ?? 15 }, (_, i) => ({ id: toMachineId(i) }));
  const customers = tenantIds.map((tenantId, index) => ({ tenantId, machines: machinesOf(index) }));
  const simulator = await startRemoteSimulator(customers, processes);
  await simulator.setClock(nowMs);
  // Machines that never answer: what is sent stays pending.
  for (const id of tenantIds) await simulator.control('PATCH', `/tenants/${id}/action-settings`, { isOffline: true });
  const clock = { now: () => nowMs, moveBy: (ms: number) => moveTo(simulator, nowMs + ms) };
  const app = startMovedApp(simulator, counted, clock);
  const policy = { actions: { mode: 'Live', submitWithin: 'P7D' } };
  await connectCustomers(app.capabilities, tenantIds, tenantInputSchema.parse({ policy }));

  await benchIdle(app, proxy);
  say('\npending   Defender calls to follow all once   for each   storage calls for each');
  for (const [index, size] of sizes.entries()) await benchFollow(app, { simulator, proxy, index, size });
  await benchOne(app, simulator, proxy);
} finally {
  await processes.stop();
}

/** A tick with nothing to do. */
async function benchIdle(app: MovedApp, proxy: CountingProxy): Promise<void> {
  const calls: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    proxy.take();
    await app.tick('drainActions');
    calls.push(proxy.take().calls);
  }
  say(`An idle tick of drainActions: ${median(calls)} storage calls, no call to Defender`);
}

/** From the webhook to the answer with Defender's machine action in it, with nothing else going on. */
async function benchOne(app: MovedApp, simulator: RemoteSimulator, proxy: CountingProxy): Promise<void> {
  const waits: number[] = [];
  const storage: number[] = [];
  await simulator.takeCalls();
  for (let i = 0; i < 15; i += 1) {
    await moveTo(simulator, nowMs + minuteMs);
    proxy.take();
    const startedMs = performance.now();
    await scan(app, sizes.length, i);
    waits.push(performance.now() - startedMs);
    storage.push(proxy.take().calls);
  }
  const calls = Object.entries(await simulator.takeCalls()).map(([name, count]) => `${count / 15} x ${name}`);
  say(
    `Webhook to the answer that Defender has it, idle: median ${median(waits).toFixed(0)} ms of 15; ${median(storage)} storage calls; ${calls.join(', ')}`,
  );
}

interface Follow {
  readonly simulator: RemoteSimulator;
  readonly proxy: CountingProxy;
  readonly index: number;
  readonly size: number;
}

/** Sends `size` scans, lets an hour pass, and then follows all of them once. */
async function benchFollow(app: MovedApp, { simulator, proxy, index, size }: Follow): Promise<void> {
  for (let i = 0; i < size; i += 1) await scan(app, index, i, 'respond-async');
  for (let sent = 0; sent < size;) {
    await moveTo(simulator, nowMs + 2 * minuteMs);
    await app.tick('drainActions');
    sent = (await listActions(simulator, index)).length;
  }
  // Every action is over an hour old: all are looked at in the same quarter of an hour, and nothing else is due.
  await moveTo(simulator, nowMs + 62 * minuteMs);
  await app.tick('drainActions');
  // So long a leap outlives the token, too: a new one is no cost of following.
  await moveTo(simulator, (Math.floor(nowMs / quarterMs) + 1) * quarterMs);
  await app.tick('drainActions');
  await moveTo(simulator, nowMs + quarterMs);
  await simulator.takeCalls();
  proxy.take();
  await app.tick('drainActions');
  const calls = await simulator.takeCalls();
  const count = Object.values(calls).reduce((sum, each) => sum + each, 0);
  const storage = proxy.take().calls;
  say(
    `${String(size).padStart(7)}   ${String(count).padStart(33)}   ${(count / size).toFixed(3)}   ${(storage / size).toFixed(1)}`,
  );
  for (const { id } of await listActions(simulator, index)) {
    await simulator.control('POST', `/tenants/${toTenantId(index)}/machine-actions/${id}/complete`, {
      status: 'Succeeded',
    });
  }
  await moveTo(simulator, nowMs + quarterMs);
  await app.tick('drainActions');
}

async function listActions(simulator: RemoteSimulator, index: number): Promise<readonly { readonly id: string }[]> {
  const path = `/tenants/${toTenantId(index)}/machine-actions`;
  return ((await simulator.control('GET', path)) as { machineActions: readonly { readonly id: string }[] })
    .machineActions;
}

async function scan(app: MovedApp, tenant: number, machine: number, prefer = ''): Promise<void> {
  const tenantId = toTenantId(tenant);
  const { status, text } = await call(app.handler('requestAction'), {
    method: 'POST',
    params: { tenantId },
    headers: { 'idempotency-key': `scan-${tenant}-${machine}`, ...(prefer === '' ? {} : { prefer }) },
    json: {
      ...{ type: 'action.requested', timestamp: new Date(nowMs).toISOString(), tenantId },
      data: { action: 'RunAntiVirusScan', scanType: 'Quick', comment: 'Bench', machine: { id: toMachineId(machine) } },
    },
  });
  if (status !== 202) throw new Error(`A scan was answered ${status}: ${text}`);
}

function toMachineId(index: number): string {
  return (index + 1).toString(16).padStart(40, '0');
}

async function moveTo(simulator: RemoteSimulator, toMs: number): Promise<void> {
  nowMs = toMs;
  await simulator.setClock(toMs);
}
