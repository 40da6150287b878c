import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import type { HttpHandler, Timer, TimerHandler } from '@azure/functions';
import { registerApp } from '../../functions/wiring/app.ts';
import { createCapabilities } from '../../functions/wiring/capabilities.ts';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import { contractExamples } from '../../shared/contract/examples.ts';
import { partnerSchema } from '../../shared/contract/partner.ts';
import { createServe } from '../../shared/http/serve.http.ts';
import { createLog } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { readSettings } from '../../shared/settings.ts';
import { hooked } from './hooked-tables.ts';
import type { WriteHooks } from './hooked-tables.ts';
import { call } from './http.ts';
import type { TestAnswer, TestRequest } from './http.ts';
import { world } from './microsoft.ts';

/** Where an app is, and what its time is. */
export interface AppPlace {
  /** Of the simulator, which the process trusts; its managed identity is in the environment. */
  readonly origin: string;
  readonly connectionString: string;
  readonly now: () => number;
  /** What is waited for is over at once. */
  readonly moveBy: (ms: number) => void;
  /** Around what the engine and the scenarios write. */
  readonly hooks?: WriteHooks;
}

/** The whole app as it is wired, in this process. */
export interface WiredApp {
  readonly tenants: Documents<TenantRecord>;
  readonly lines: readonly string[];
  /** A function by its name, asked by this caller. */
  ask(name: string, caller: Caller, request: TestRequest): Promise<TestAnswer>;
  /** A timer by its name. */
  tick(name: string): Promise<void>;
}

/** Wires it. */
export function wireApp({ origin, connectionString, now, moveBy, hooks = {} }: AppPlace): WiredApp {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), now);
  const made = createCapabilities({
    settings: readSettings(settingsAt(origin, connectionString)),
    partner: partnerSchema.parse(JSON.parse(contractExamples.partner)),
    ...{ version: '1.0.0', now, random: () => 0.5, newId: randomUUID, log },
    sleep: (ms, signal) => (signal === undefined ? Promise.resolve(moveBy(ms)) : untilAborted(signal)),
  });
  const http = new Map<string, HttpHandler>();
  const timers = new Map<string, TimerHandler>();
  const asked: { caller?: Caller } = {};
  const serve = createServe({
    authenticate: () =>
      asked.caller ? Promise.resolve({ caller: asked.caller }) : Promise.reject(new Error('Nobody.')),
    ...{ log, now, newTraceId: () => '4bf92f3577b34da6a3ce929d0e0e4736' },
  });
  registerApp(
    {
      http: (name, { handler }) => void http.set(name, handler),
      timer: (name, { handler }) => void timers.set(name, handler),
    },
    { ...made, tables: hooked(made.tables, hooks), serve },
  );
  return {
    ...{ tenants: made.tenants, lines },
    ask: (name, caller, request) => {
      asked.caller = caller;
      return call(of(http, name), request);
    },
    tick: async (name) => {
      const context = new InvocationContext({ functionName: name, logHandler: () => undefined });
      await of(timers, name)({} as Timer, context);
    },
  };
}

function settingsAt(origin: string, connectionString: string): NodeJS.ProcessEnv {
  const { clientId, homeTenantId, identityClientId } = world;
  return {
    ...{ ENTRA_CLIENT_ID: clientId, ENTRA_HOME_TENANT_ID: homeTenantId, ENTRA_IDENTITY_CLIENT_ID: identityClientId },
    ...{ ENTRA_AUTHORITY_HOST: origin, DEFENDER_API_URL: origin, GRAPH_API_URL: origin, KEY_VAULT_URL: origin },
    ...{ STATE_TABLES_CONNECTION_STRING: connectionString, PUBLIC_URL: 'https://app.contoso.example' },
    ...{ IDENTITY_ENDPOINT: process.env['IDENTITY_ENDPOINT'], IDENTITY_HEADER: process.env['IDENTITY_HEADER'] },
  };
}

function of<T>(registered: ReadonlyMap<string, T>, name: string): T {
  const found = registered.get(name);
  if (found === undefined) throw new Error(`The app has no function ${name}.`);
  return found;
}

/** What is waited for beside a call ends with it. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It is over.')), { once: true });
  });
}
