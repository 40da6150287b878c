import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TenantOptions } from '../local/simulator/options.ts';
import { startProcess } from '../local/start-process.ts';
import { trust } from '../local/stand-ins.ts';
import type { Ending } from '../local/stand-ins.ts';
import { toSimulatorOptions } from '../local/world-options.ts';

/** The simulator in a process of its own, so that the memory of this one is the app's. */
export interface RemoteSimulator {
  readonly origin: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  /** Its control routes, without their prefix; throws when one refuses. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Its clock stands still at this moment. */
  setClock(atMs: number): Promise<void>;
  /** Calls to Defender and Graph since the last time this was asked, by method and path. */
  takeCalls(): Promise<Readonly<Record<string, number>>>;
}

/** A customer of a bench. */
export function toTenantId(index: number): string {
  return `6f1c0000-0000-4000-9000-${index.toString(16).padStart(12, '0')}`;
}

/** Starts a simulator with these customers, who consented to all that the app asks for; this process trusts it. */
export async function startRemoteSimulator(
  customers: readonly TenantOptions[],
  ending: Ending,
): Promise<RemoteSimulator> {
  const folder = ending.tempFolder();
  const [config, caFile] = [join(folder, 'simulator.json'), join(folder, 'ca.pem')];
  const { tenants: [first] = [], ...options } = toSimulatorOptions();
  const tenants = customers.map((customer) => ({ consents: first?.consents ?? {}, ...customer }));
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
  trust(readFileSync(caFile, 'utf8'));
  return { ...started, ...toControl(started.origin) };
}

function toControl(origin: string): Pick<RemoteSimulator, 'control' | 'setClock' | 'takeCalls'> {
  const control: RemoteSimulator['control'] = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${origin}/_simulator${path}`, { method, ...sent });
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    control,
    setClock: async (atMs) => void (await control('PUT', '/clock', { now: new Date(atMs).toISOString() })),
    takeCalls: async () => {
      const { counts } = (await control('GET', '/log?limit=0')) as {
        readonly counts: { readonly calls: Readonly<Record<string, number>> };
      };
      await control('DELETE', '/log');
      const isDefenders = ([call]: readonly [string, number]): boolean => /^\w+ \/(?:api|v1\.0|beta)\//.test(call);
      return Object.fromEntries(Object.entries(counts.calls).filter(isDefenders));
    },
  };
}
