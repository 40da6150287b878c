// `npm run bench`: what the front door and the engine cost. Ratios and medians of one run; nothing here is a test.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { buildPackage } from '../../.config/package.ts';
import partner from '../../partner.json' with { type: 'json' };
import { fetchAdminToken } from '../local/admin-token.ts';
import { createApi } from '../local/api.ts';
import { connectTenants } from '../local/connect-tenants.ts';
import { world } from '../local/demo-world.ts';
import { startHost } from '../local/functions-host/start-host.ts';
import { createProcesses } from '../local/processes.ts';
import { startStack } from '../local/stack.ts';
import type { Stack } from '../local/stack.ts';
import { silentTimers } from '../builders/silent-timers.ts';
import { inputsOf } from '../../functions/indicator-sync/plan/sync-due.ts';
import { unknownState } from '../../functions/indicator-sync/plan/sync-state.ts';
import { createSyncStates } from '../../functions/indicator-sync/plan/sync-states.store.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { openTables } from '../../shared/tables.client.ts';
import { startCountedStorage } from './bench-storage.ts';
import type { CountingProxy } from './counting-proxy.ts';
import { median, runLoad } from './load.ts';
import type { RequestOf } from './load.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const [tenant] = world.tenants;
const actions = `/api/v1/tenants/${tenant.tenantId}/actions`;
const machineId = tenant.machines[0].id;

const processes = createProcesses();
try {
  const { direct, counted, proxy } = await startCountedStorage(processes);
  const { appDir } = await buildPackage();
  const stack = await startStack({ appDir, tables: counted, settings: silentTimers }, processes);
  const api = createApi(stack.appOrigin, () => fetchAdminToken(stack.simulator.origin));
  await connectTenants(api);
  const token = await fetchAdminToken(stack.simulator.origin);

  await benchStorage(stack, token, proxy);
  await benchLatency(stack, token);
  await benchIdleTicks(stack, proxy);
  await benchAccepts(stack, token, direct);
} finally {
  await processes.stop();
}

/** Accepts per second and latency, beside a bare handler in the same host that makes one transaction of three rows. */
async function benchAccepts(stack: Stack, token: string, connectionString: string): Promise<void> {
  const outDir = join(processes.tempFolder(), 'bare');
  const bare = await buildPackage({ entryPoint: 'test/bench/bare-handler.ts', outDir });
  const env = { ...stack.settings, STATE_TABLES_CONNECTION_STRING: connectionString };
  const host = await startHost({ appDir: bare.appDir, env, isAuthEnforced: false });
  processes.onStop(async () => void (await host.stop()));

  say('\nAccepts (durably written, not worked on in the request) beside a bare handler with one table transaction');
  say('connections   accepts/s   p50 ms   p99 ms   bare/s   p50 ms   p99 ms   ratio accepts/bare');
  for (const connections of [1, 16, 64]) {
    const requests = connections === 1 ? 150 : 600;
    const ratios: number[] = [];
    const rows: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const load = { connections, requests, status: 202 };
      const ours = await runLoad({
        ...load,
        origin: stack.appOrigin,
        requestOf: accept(token, `a${connections}-${round}`),
      });
      const theirs = await runLoad({ ...load, origin: host.url, requestOf: bareRequest });
      ratios.push(ours.perSecond / theirs.perSecond);
      rows.push(
        [ours.perSecond, ours.p50Ms, ours.p99Ms, theirs.perSecond, theirs.p50Ms, theirs.p99Ms]
          .map((value) => value.toFixed(value > 100 ? 0 : 1).padStart(9))
          .join(''),
      );
    }
    for (const row of rows) say(`${String(connections).padStart(11)} ${row}`);
    say(`${String(connections).padStart(11)}  median ratio ${median(ratios).toFixed(2)}`);
  }
}

/** Storage calls and rows of one accepted, one replayed and one finished operation. */
async function benchStorage(stack: Stack, token: string, proxy: CountingProxy): Promise<void> {
  say('Table storage for one operation (calls, rows written)');
  const send = async (key: string, prefer: string): Promise<void> => {
    const { headers, body } = accept(token, key, prefer)(1);
    const response = await fetch(`${stack.appOrigin}${actions}`, { method: 'POST', headers, body });
    await response.text();
  };
  const measure = async (what: string, run: (i: number) => Promise<void>): Promise<void> => {
    const calls: number[] = [];
    const entities: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      proxy.take();
      await run(i);
      const taken = proxy.take();
      calls.push(taken.calls);
      entities.push(taken.entities);
    }
    say(`  ${what.padEnd(44)} ${median(calls)} calls, ${median(entities)} rows`);
  };
  await measure('accepted (respond-async)', (i) => send(`s-${i}`, 'respond-async'));
  await measure('replayed', (i) => send(`s-${i}`, 'respond-async'));
  await measure('accepted and finished in the request', (i) => send(`f-${i}`, ''));
}

/** From the request to the call that reaches Defender, when nothing else is going on. */
async function benchLatency(stack: Stack, token: string): Promise<void> {
  const waits: number[] = [];
  for (let i = 0; i < 15; i += 1) {
    stack.simulator.control.log.clear();
    const { headers, body } = accept(token, `l-${i}`, '')(i + 1);
    const startedAt = Date.now();
    const response = await fetch(`${stack.appOrigin}${actions}`, { method: 'POST', headers, body });
    await response.text();
    const call = stack.simulator.control.log.entries({
      tenantId: tenant.tenantId,
      method: 'POST',
      path: '/api/machines',
    })[0];
    if (call) waits.push(Date.parse(call.at) - startedAt);
  }
  say(`\nWebhook to the call that changes something in Defender, idle: median ${median(waits)} ms of ${waits.length}`);
}

/** What a tick costs that finds nothing to do. */
async function benchIdleTicks(stack: Stack, proxy: CountingProxy): Promise<void> {
  say('\nTable calls of an idle tick');
  for (const tenants of [world.tenants.length, 1_000]) {
    await addTenants(stack, tenants);
    for (const name of ['drainActions', 'syncTenants', 'deliverCallbacks', 'refreshFeeds']) {
      const calls: number[] = [];
      for (let i = 0; i < 3; i += 1) calls.push(await callsOfTick(stack, proxy, name));
      say(`  ${String(tenants).padStart(5)} tenants  ${name.padEnd(18)} ${median(calls)} calls`);
    }
  }
}

/** Tenants that are connected and in step: what a thousand quiet customers look like to a tick. */
async function addTenants(stack: Stack, count: number): Promise<void> {
  const tables = openTables({ connectionString: stack.tables });
  const tenants = createDocuments<TenantRecord>({
    tables,
    kind: 'tenant',
    schema: tenantRecordSchema,
    newId: randomUUID,
  });
  const states = createSyncStates(tables('ledger'));
  const known = (await tenants.listAll()).length;
  const policy = tenantInputSchema.parse({});
  const { ownNames } = partner;
  for (let i = known; i < count; i += 1) {
    const tenantId = `6f1c0000-0000-4000-9000-${i.toString(16).padStart(12, '0')}`;
    const record = { ...toNewTenant(tenantId, policy), connection: 'Connected' as const };
    await tenants.change(tenantId, () => record);
    const lastReconciledAt = new Date().toISOString();
    await states.write(tenantId, { ...unknownState, inputs: inputsOf(record, [], { ownNames }), lastReconciledAt });
  }
  await untilQuiet(stack, 'syncTenants');
}

/** The table calls of one run of a timer, by hand. */
async function callsOfTick(stack: Stack, proxy: CountingProxy, name: string): Promise<number> {
  proxy.take();
  await untilQuiet(stack, name);
  return proxy.take().calls;
}

/** The admin endpoint answers before the function has run: the run is over once the host says so. */
async function untilQuiet(stack: Stack, name: string): Promise<void> {
  const from = stack.host.output().length;
  const response = await fetch(`${stack.appOrigin}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': stack.host.masterKey },
    body: '{ "input": "" }',
  });
  if (response.status !== 202) throw new Error(`${name} was not started: ${response.status}`);
  for (let i = 0; i < 600; i += 1) {
    if (stack.host.output().slice(from).includes(`Executed 'Functions.${name}'`)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} did not end in a minute.`);
}

function accept(token: string, key: string, prefer = 'respond-async'): RequestOf {
  return (number) => ({
    path: actions,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `${key}-${number}`,
      ...(prefer === '' ? {} : { prefer }),
    },
    body: JSON.stringify({
      type: 'action.requested',
      timestamp: new Date().toISOString(),
      tenantId: tenant.tenantId,
      data: { action: 'AddTag', machine: { id: machineId }, comment: 'bench', tag: `${key}-${number}` },
    }),
  });
}

function bareRequest(number: number): ReturnType<RequestOf> {
  const { body } = accept('', 'bare')(number);
  return { path: '/bare', headers: { 'content-type': 'application/json' }, body };
}
