import { createAuthenticate } from '../../shared/auth/authenticate-caller.client.ts';
import { createCallerKeys, createHasKey } from '../../shared/auth/caller-keys.client.ts';
import { createCallers } from '../../shared/auth/callers.client.ts';
import { createReadSecret, createSecretVersions, openVault } from '../../shared/auth/key-vault.client.ts';
import { createOwnCredential } from '../../shared/auth/own-credential.client.ts';
import { createTenantCredentials } from '../../shared/auth/tenant-credentials.client.ts';
import { createVerifyToken } from '../../shared/auth/verify-token.client.ts';
import type { ClockCheck } from '../../shared/clock-check.ts';
import type { Clock, Sleep } from '../../shared/clock.ts';
import { callerInputSchema } from '../../shared/contract/caller.ts';
import { feedInputSchema } from '../../shared/contract/feed.ts';
import type { Partner } from '../../shared/contract/partner.ts';
import { createBudgets } from '../../shared/defender/budgets.store.ts';
import { createDefender } from '../../shared/defender/request.client.ts';
import { createEgress } from '../../shared/egress/egress.client.ts';
import { createServe } from '../../shared/http/serve.http.ts';
import type { Log } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createTenantGate } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema } from '../../shared/registry/tenant-record.ts';
import type { Settings } from '../../shared/settings.ts';
import { openTables } from '../../shared/tables.client.ts';
import { toUserAgent } from '../../shared/user-agent.ts';
import { createCallbacks } from './callbacks.ts';

/** What the app takes from its surroundings: everything that is not the same twice. */
export interface Surroundings {
  readonly settings: Settings;
  readonly partner: Partner;
  /** Of the deployed build. */
  readonly version: string;
  readonly now: Clock;
  /** Told what storage takes for the time; absent where a clock is moved. */
  readonly clockCheck?: ClockCheck;
  readonly sleep: Sleep;
  /** In [0, 1). */
  readonly random: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  readonly log: Log;
}

export type Capabilities = ReturnType<typeof createCapabilities>;

/** What the scenarios share, made once: nothing here makes a call before it is used. */
export function createCapabilities(surroundings: Surroundings) {
  const { settings, partner, version, now, clockCheck, sleep, random, newId, log } = surroundings;
  const { entra } = settings;
  const ownCredential = createOwnCredential(entra);
  const tables = openTables(
    'url' in settings.tables ? { url: settings.tables.url, credential: ownCredential } : settings.tables,
    clockCheck && { checkClock: clockCheck, now },
  );
  const vault = openVault(settings.keyVaultUrl, ownCredential);
  const versions = createSecretVersions(vault);
  const readSecret = createReadSecret(vault, now);

  const tenants = createDocuments({ tables, kind: 'tenant', schema: tenantRecordSchema, newId });
  const feeds = createDocuments({ tables, kind: 'feed', schema: feedInputSchema, newId });
  const callers = createDocuments({ tables, kind: 'caller', schema: callerInputSchema, newId });

  const credentials = createTenantCredentials({
    settings: entra,
    isKnownTenant: async (tenantId) => (await tenants.get(tenantId)) !== undefined,
    ownCredential,
    readSecret,
  });
  const userAgent = toUserAgent(partner, version);
  const defender = createDefender({
    endpoints: settings,
    userAgent,
    credentials,
    budgets: createBudgets({ table: tables('budgets'), now, random, sleep, newId }),
    now,
    random,
    sleep,
  });
  const keys = createCallerKeys({ vault: versions, now, log });
  const authenticate = createAuthenticate({
    verifyToken: createVerifyToken({ authorityHost: entra.authorityHost, clientId: entra.clientId, now }),
    homeTenantId: entra.homeTenantId,
    callers: createCallers(callers, { now }),
    keys,
    now,
  });
  const { egressAllowedOrigins: allowedOrigins, publicUrl } = settings;
  const egress = createEgress({ allowedOrigins, publicUrl, now });
  return {
    ...surroundings,
    tables,
    tenants,
    feeds,
    callers,
    credentials,
    defender,
    readSecret,
    hasSecret: createHasKey({ vault: versions, now, log }),
    /** Any answer will do: what counts is that the vault is reached. */
    reachVault: async () => void (await versions.list('readiness')),
    egress,
    callbacks: createCallbacks({ ...surroundings, ...{ tables, callers, keys, egress, userAgent } }),
    gate: createTenantGate({ tenants, now }),
    serve: createServe({ authenticate, log, now, newTraceId: () => newId().replaceAll('-', '') }),
  };
}
