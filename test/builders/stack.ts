import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startFeedServer } from '../local/feed-server.ts';
import type { FeedServer } from '../local/feed-server.ts';
import { fetchAdminToken } from '../local/admin-token.ts';
import { createApi } from '../local/api.ts';
import type { Api } from '../local/api.ts';
import { startHost } from '../local/functions-host/start-host.ts';
import type { RunningHost } from '../local/functions-host/start-host.ts';
import { startStandIns } from '../local/stand-ins.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import type { Ending, StandIns } from '../local/stand-ins.ts';
import { silentTimers } from './silent-timers.ts';
import { createTables, freshStorage } from './storage.ts';

/** One process of the built app. */
export interface Instance {
  readonly host: RunningHost;
  readonly origin: string;
  /** Calls it as an administrator. */
  readonly api: Api;
  /** Runs a timer now and waits for its end; throws when it fails. */
  runTimer(name: string): Promise<void>;
  /** Begins to run a timer now. */
  startTimer(name: string): Promise<void>;
}

/** The built app and all it talks to, for the tests of one file: storage of its own, free ports, timers that only run when asked. */
export interface TestStack extends StandIns, Instance {
  readonly feeds: FeedServer;
  /** One more process of the app on the same storage, with a clock of its own that the simulator then has too. */
  startInstance(options?: InstanceOptions): Promise<Instance>;
}

export interface InstanceOptions {
  /** A free one when absent. */
  readonly port?: number;
  /** So much later than now. */
  readonly aheadMs?: number;
  /** Its clock stands at this moment. */
  readonly atMs?: number;
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** Starts the stack before the first test of the file, and stops it after the last. */
export function freshStack(settings: Settings = {}): () => TestStack {
  const ending = freshEnding();
  let started: TestStack | undefined;
  beforeAll(async () => {
    started = await start(settings, ending);
  });
  return () => started ?? expect.fail('The stack has not started.');
}

/** What the tests of the running file started ends after the last of them, the last thing first. */
export function freshEnding(): Ending {
  const actions: (() => Promise<void>)[] = [];
  const folders: string[] = [];
  afterAll(async () => {
    for (const action of actions.toReversed()) await action();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return {
    onStop: (action) => void actions.push(action),
    tempFolder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'mde-partner-test-'));
      folders.push(folder);
      return folder;
    },
  };
}

/** The folder of the package, built once for the whole run. */
export async function builtPackage(): Promise<string> {
  const response = await fetch(inject('builtPackageUrl'));
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

/** Declares the test that ends every file: each request to Defender and Graph carried exactly our User-Agent. */
export function testUserAgent(stack: () => StandIns): void {
  test('every request to Defender and Graph carried the User-Agent of the partner', () => {
    const calls = stack()
      .simulator.control.log.entries()
      .filter(({ path }) => !isSignInOrVault(path));
    const wrong = calls.filter(({ userAgent }) => userAgent !== 'MdePartner-Contoso-Cognito/1.0.0');
    expect(wrong.map(({ method, path, userAgent }) => ({ method, path, userAgent }))).toEqual([]);
  });
}

function isSignInOrVault(path: string): boolean {
  return /^\/[^/]+\/(?:oauth2|v2\.0|discovery)\//.test(path) || /^\/(?:secrets|deletedsecrets|msi)\//.test(path);
}

async function start(settings: Settings, ending: Ending): Promise<TestStack> {
  const feeds = await startFeedServer(0);
  ending.onStop(feeds.stop);
  const tables = await freshStorage();
  await createTables(tables);
  const standIns = await startStandIns(
    {
      appDir: await builtPackage(),
      tables,
      allowedOrigins: [feeds.origin],
      settings: { ...silentTimers, ...settings },
    },
    ending,
  );
  const startInstance = (options: InstanceOptions = {}): Promise<Instance> => startOne(standIns, ending, options);
  return { ...standIns, ...(await startInstance({ port: standIns.appPort })), feeds, startInstance };
}

async function startOne(standIns: StandIns, ending: Ending, options: InstanceOptions): Promise<Instance> {
  const { port = 0, settings = {} } = options;
  const { simulator, appDir } = standIns;
  const env = { ...standIns.settings, ...settings, ...withClock(simulator, options) };
  const host = await startHost({ appDir, port, env, isAuthEnforced: false });
  ending.onStop(async () => void (await host.stop()));
  const api = createApi(host.url, () => fetchAdminToken(simulator.origin));
  return {
    ...{ host, origin: host.url, api },
    runTimer: (name) => runTimer(host, name),
    startTimer: (name) => startTimer(host, name),
  };
}

function withClock({ control }: Simulator, { aheadMs = 0, atMs }: InstanceOptions): Settings {
  if (atMs === undefined) control.clock.setOffset(aheadMs);
  else control.clock.freeze(atMs);
  if (atMs === undefined && aheadMs === 0) return {};
  const time = atMs === undefined ? { CLOCK_AHEAD_MS: String(aheadMs) } : { CLOCK_AT_MS: String(atMs) };
  return { NODE_OPTIONS: `--import=${new URL('../local/clock-ahead.mjs', import.meta.url).href}`, ...time };
}

async function startTimer(host: RunningHost, name: string): Promise<void> {
  const response = await fetch(`${host.url}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 202) throw new Error(`${name} was not started: ${response.status}`);
}

async function runTimer(host: RunningHost, name: string): Promise<void> {
  const from = host.output().length;
  await startTimer(host, name);
  const executed = `Executed 'Functions.${name}' `;
  await host.untilOutput(executed, from);
  const at = host.output().indexOf(executed, from);
  await host.untilOutput('\n', at); // a line may come in two pieces
  const end = host.output().slice(at);
  if (!end.startsWith(`${executed}(Succeeded`)) throw new Error(end.slice(0, 2_000));
}
