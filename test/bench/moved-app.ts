import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { InvocationContext } from '@azure/functions';
import type { HttpHandler, Timer, TimerHandler } from '@azure/functions';
import { registerApp } from '../../functions/wiring/app.ts';
import { createCapabilities } from '../../functions/wiring/capabilities.ts';
import type { Capabilities } from '../../functions/wiring/capabilities.ts';
import { contractExamples } from '../../shared/contract/examples.ts';
import { partnerSchema } from '../../shared/contract/partner.ts';
import { createLog } from '../../shared/log.ts';
import { readSettings } from '../../shared/settings.ts';
import { callerWith, serveAs } from '../builders/serve.ts';
import type { TenantInput } from '../../shared/contract/tenant.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { world } from '../local/demo-world.ts';
import type { RemoteSimulator } from './remote-simulator.ts';

/** The app as it is wired, in this process, with a clock that the bench moves. */
export interface MovedApp {
  readonly capabilities: Capabilities;
  handler(name: string): HttpHandler;
  tick(name: string): Promise<void>;
}

/** A clock that stands still but for being moved. */
export interface MovedClock {
  readonly now: () => number;
  readonly moveBy: (ms: number) => Promise<void>;
}

/** Wires the app over these tables and that simulator; every request comes from a caller that may send alerts and actions. */
export function startMovedApp(simulator: RemoteSimulator, connectionString: string, clock: MovedClock): MovedApp {
  const { now, moveBy } = clock;
  const { origin, identityEndpoint, identityHeader } = simulator;
  const environment = {
    ...{
      ENTRA_CLIENT_ID: world.appClientId,
      ENTRA_HOME_TENANT_ID: world.homeTenantId,
      ENTRA_IDENTITY_CLIENT_ID: world.identity.clientId,
    },
    ...{ ENTRA_AUTHORITY_HOST: origin, DEFENDER_API_URL: origin, GRAPH_API_URL: origin, KEY_VAULT_URL: origin },
    ...{ STATE_TABLES_CONNECTION_STRING: connectionString, PUBLIC_URL: 'https://app.contoso.example' },
    ...{ IDENTITY_ENDPOINT: identityEndpoint, IDENTITY_HEADER: identityHeader },
  };
  Object.assign(process.env, environment);
  const capabilities = createCapabilities({
    settings: readSettings(environment),
    partner: partnerSchema.parse(JSON.parse(contractExamples.partner)),
    ...{ version: '1.0.0', now, random: Math.random, newId: randomUUID },
    // What is waited for beside a call, or to repeat one, is the machine's own time.
    sleep: (ms, signal) => (signal === undefined ? moveBy(ms) : wait(ms, undefined, { signal })),
    log: createLog(() => undefined, now),
  });
  const http = new Map<string, HttpHandler>();
  const timers = new Map<string, TimerHandler>();
  registerApp(
    {
      http: (name, { handler }) => void http.set(name, handler),
      timer: (name, { handler }) => void timers.set(name, handler),
    },
    { ...capabilities, serve: serveAs(callerWith('alerts:write', { scopes: ['alerts:write', 'actions:write'] })) },
  );
  return {
    capabilities,
    handler: (name) => of(http, name),
    tick: async (name) => {
      const context = new InvocationContext({ functionName: name, logHandler: () => undefined });
      await of(timers, name)({} as Timer, context);
    },
  };
}

/** Customers as our registry has them: connected, with this policy. */
export async function connectCustomers(
  { tables, newId }: Capabilities,
  tenantIds: readonly string[],
  input: TenantInput,
): Promise<void> {
  const documents = createDocuments<TenantRecord>({ tables, kind: 'tenant', schema: tenantRecordSchema, newId });
  for (const tenantId of tenantIds) {
    const record: TenantRecord = { ...toNewTenant(tenantId, input), connection: 'Connected' };
    await documents.change(tenantId, () => record);
  }
}

function of<T>(registered: ReadonlyMap<string, T>, name: string): T {
  const found = registered.get(name);
  if (found === undefined) throw new Error(`The app has no function ${name}.`);
  return found;
}
