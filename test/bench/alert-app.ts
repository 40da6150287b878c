import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { readFileSync } from 'node:fs';
import { InvocationContext } from '@azure/functions';
import type { HttpHandler, Timer, TimerHandler } from '@azure/functions';
import { registerApp } from '../../functions/app.ts';
import { createCapabilities } from '../../functions/capabilities.ts';
import type { Capabilities } from '../../functions/capabilities.ts';
import { contractExamples } from '../../shared/contract/examples.ts';
import { partnerSchema } from '../../shared/contract/partner.ts';
import { createLog } from '../../shared/log.ts';
import { readSettings } from '../../shared/settings.ts';
import { callerWith, serveAs } from '../builders/serve.ts';
import { appClientId, homeTenantId, identity } from './alert-world.ts';
import type { RemoteSimulator } from './alert-world.ts';

/** The app as it is wired, in this process, with a clock that the bench moves. */
export interface BenchApp {
  readonly capabilities: Capabilities;
  handler(name: string): HttpHandler;
  tick(name: string): Promise<void>;
}

/** A clock that stands still but for being moved. */
export interface BenchClock {
  readonly now: () => number;
  readonly moveBy: (ms: number) => Promise<void>;
}

/** Wires the app over these tables and that simulator; every request comes from a caller that may send alerts. */
export function startBenchApp(simulator: RemoteSimulator, connectionString: string, clock: BenchClock): BenchApp {
  const { now, moveBy } = clock;
  const { origin, identityEndpoint, identityHeader, caFile } = simulator;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  const environment = {
    ...{
      ENTRA_CLIENT_ID: appClientId,
      ENTRA_HOME_TENANT_ID: homeTenantId,
      ENTRA_IDENTITY_CLIENT_ID: identity.clientId,
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
    sleep: (ms, signal) => (signal === undefined ? moveBy(ms) : untilAborted(signal)),
    log: createLog(() => undefined, now),
  });
  const http = new Map<string, HttpHandler>();
  const timers = new Map<string, TimerHandler>();
  registerApp(
    {
      http: (name, { handler }) => void http.set(name, handler),
      timer: (name, { handler }) => void timers.set(name, handler),
    },
    { ...capabilities, serve: serveAs(callerWith('alerts:write')) },
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

function of<T>(registered: ReadonlyMap<string, T>, name: string): T {
  const found = registered.get(name);
  if (found === undefined) throw new Error(`The app has no function ${name}.`);
  return found;
}

/** What is waited for beside a call ends with it: no virtual time passes. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It is over.')), { once: true });
  });
}
