import { randomUUID } from 'node:crypto';
import type { HttpHandler } from '@azure/functions';
import { registerApp } from '../../functions/wiring/app.ts';
import { createCapabilities } from '../../functions/wiring/capabilities.ts';
import type { Capabilities } from '../../functions/wiring/capabilities.ts';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import { callerInputSchema } from '../../shared/contract/caller.ts';
import { contractExamples } from '../../shared/contract/examples.ts';
import { feedInputSchema } from '../../shared/contract/feed.ts';
import { partnerSchema } from '../../shared/contract/partner.ts';
import { UpstreamUnavailable } from '../../shared/errors.ts';
import { createLog } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createTenantGate } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema } from '../../shared/registry/tenant-record.ts';
import { readSettings } from '../../shared/settings.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { serveAs } from './serve.ts';

/** A route of the app as it registered it. */
export interface AppRoute {
  readonly name: string;
  readonly method: string;
  readonly route: string;
  readonly handler: HttpHandler;
}

const nowhere = 'https://127.0.0.1:1';

/**
 * The app as it is wired, over these tables; every request comes from `caller`. Defender, vault and everything else on the
 * network are away.
 */
export function routesOfApp(tables: Tables, caller: Caller): readonly AppRoute[] {
  const routes: AppRoute[] = [];
  registerApp(
    {
      http: (name, { methods = [], route = name, handler }) => {
        for (const method of methods) routes.push({ name, method, route, handler });
      },
      timer: () => undefined,
    },
    { ...capabilities(), ...storesIn(tables), serve: serveAs(caller) },
  );
  return routes;
}

function capabilities(): Capabilities {
  const settings = readSettings({
    ...{ ENTRA_CLIENT_ID: randomUUID(), ENTRA_HOME_TENANT_ID: randomUUID(), ENTRA_IDENTITY_CLIENT_ID: randomUUID() },
    ...{ ENTRA_AUTHORITY_HOST: nowhere, DEFENDER_API_URL: nowhere, GRAPH_API_URL: nowhere, KEY_VAULT_URL: nowhere },
    ...{ STATE_TABLES_CONNECTION_STRING: 'UseDevelopmentStorage=true', PUBLIC_URL: 'https://app.contoso.example' },
    ...{ IDENTITY_ENDPOINT: nowhere, IDENTITY_HEADER: 'x' },
  });
  const isAway = () => Promise.reject(new UpstreamUnavailable('Away.', { retryAfterMs: 1_000 }));
  const made = createCapabilities({
    ...{ settings, partner: partnerSchema.parse(JSON.parse(contractExamples.partner)), version: '1.2.3' },
    ...{ now: Date.now, sleep: () => Promise.resolve(), random: Math.random, newId: randomUUID },
    log: createLog(() => undefined, Date.now),
  });
  return {
    ...made,
    defender: { request: isAway, list: isAway },
    hasSecret: isAway,
    egress: { get: isAway, post: isAway, close: () => Promise.resolve() },
  };
}

function storesIn(tables: Tables): Pick<Capabilities, 'tables' | 'tenants' | 'feeds' | 'callers' | 'gate'> {
  const newId = randomUUID;
  const tenants = createDocuments({ tables, kind: 'tenant', schema: tenantRecordSchema, newId });
  return {
    ...{ tables, tenants, gate: createTenantGate({ tenants, now: Date.now }) },
    feeds: createDocuments({ tables, kind: 'feed', schema: feedInputSchema, newId }),
    callers: createDocuments({ tables, kind: 'caller', schema: callerInputSchema, newId }),
  };
}
