import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { world } from '../local/demo-world.ts';
import { startProcess } from '../local/start-process.ts';
import type { Ending } from '../local/stand-ins.ts';
import { toSimulatorOptions } from '../local/world-options.ts';

/** The simulator in a process of its own, so that the memory of this one is the app's. */
export interface RemoteSimulator {
  readonly origin: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly caFile: string;
  /** Its clock stands still at this moment. */
  setClock(atMs: number): Promise<void>;
  /** Calls to Defender and Graph since the last time this was asked, by method and path. */
  takeCalls(): Promise<Readonly<Record<string, number>>>;
}

export const eventAddress = '203.0.113.9';
export const pc = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5' };

export function toTenantId(index: number): string {
  return `6f1c0000-0000-4000-9000-${index.toString(16).padStart(12, '0')}`;
}

/** Starts a simulator whose customers each have one machine, that made one connection at `eventTime`. */
export async function startRemoteSimulator(
  customers: number,
  eventTime: string,
  ending: Ending,
): Promise<RemoteSimulator> {
  const folder = ending.tempFolder();
  const [config, caFile] = [join(folder, 'simulator.json'), join(folder, 'ca.pem')];
  const { tenants: [first] = [], ...options } = toSimulatorOptions();
  const row = { Timestamp: eventTime, DeviceId: pc.id, DeviceName: pc.computerDnsName, RemoteIP: eventAddress };
  const tenants = Array.from({ length: customers }, (_, index) => ({
    ...{ tenantId: toTenantId(index), consents: first?.consents ?? {}, machines: [pc] },
    events: [{ table: 'DeviceNetworkEvents', rows: [{ ...row, ActionType: 'ConnectionSuccess' }] }],
  }));
  writeFileSync(config, JSON.stringify({ ...options, tenants }));
  const simulator = startProcess(
    {
      name: 'simulator',
      script: fileURLToPath(new URL('../local/simulator/main.ts', import.meta.url)),
      args: ['--config', config, '--ca-file', caFile],
      ready: /simulator\.started/,
    },
    () => undefined,
  );
  ending.onStop(() => simulator.stop(2_000));
  await simulator.ready;
  const started = JSON.parse(/\{.*simulator\.started.*\}/.exec(simulator.output())?.[0] ?? '{}') as Pick<
    RemoteSimulator,
    'origin' | 'identityEndpoint' | 'identityHeader'
  >;
  return { ...started, caFile, ...toControl(started.origin) };
}

function toControl(origin: string): Pick<RemoteSimulator, 'setClock' | 'takeCalls'> {
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${origin}/_simulator${path}`, { method, ...sent });
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    setClock: async (atMs) => void (await control('PUT', '/clock', { now: new Date(atMs).toISOString() })),
    takeCalls: async () => {
      const { counts } = (await control('GET', '/log?limit=0')) as {
        readonly counts: { readonly calls: Readonly<Record<string, number>> };
      };
      await control('DELETE', '/log');
      return Object.fromEntries(Object.entries(counts.calls).filter(([call]) => !call.includes('/oauth2/')));
    },
  };
}

/** The customers as our registry has them: connected, and alerts go through. */
export async function connectAlertCustomers(tables: Tables, count: number): Promise<void> {
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const policy = tenantInputSchema.parse({ policy: { alerts: { mode: 'Live', maxPerDay: 1_000_000 } } });
  for (let index = 0; index < count; index += 1) {
    const tenantId = toTenantId(index);
    const record: TenantRecord = { ...toNewTenant(tenantId, policy), connection: 'Connected' };
    await tenants.change(tenantId, () => record);
  }
}

/** An alert of its own title, so that Defender merges none. */
export function toAlertRequest(tenantId: string, number: string, { eventTime, nowMs }: AlertTimes) {
  return {
    method: 'POST',
    params: { tenantId },
    headers: { 'idempotency-key': `alert-${number}`, prefer: 'respond-async' },
    json: {
      ...{ type: 'alert.created', timestamp: new Date(nowMs).toISOString(), tenantId },
      data: {
        ...{ id: `finding-${number}`, title: `Finding ${number}`, description: 'A beacon.', severity: 'High' },
        ...{ category: 'CommandAndControl', eventTime, machine: { computerDnsName: pc.computerDnsName } },
        evidence: [{ entityType: 'Ip', ipAddress: eventAddress }],
      },
    },
  } as const;
}

interface AlertTimes {
  readonly eventTime: string;
  readonly nowMs: number;
}

export const { homeTenantId, appClientId, identity } = world;
