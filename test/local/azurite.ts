import { createRequire } from 'node:module';
import { freePort } from './listen.ts';
import { startProcess } from './start-process.ts';
import type { RunningProcess } from './start-process.ts';

/** The account that every Azurite knows; its key is public. */
export const wellKnownAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
} as const;

export interface AzuriteTables {
  readonly port: number;
  /** Connection string of one account in it. */
  connectionString(accountName?: string): string;
  stop(): Promise<void>;
}

/** Starts Azurite's table service in memory, on `port` (a free one when absent), with further accounts that share the public key. */
export async function startAzuriteTables(options: {
  readonly port?: number;
  readonly accounts?: readonly string[];
}): Promise<AzuriteTables> {
  const port = options.port ?? (await freePort());
  const azurite = await start({
    script: 'table/main.js',
    // Kept open: one that closes idle connections may close them on what is just being sent.
    args: ['--tablePort', String(port), '--tableKeepAliveTimeout', String(3_600)],
    accounts: options.accounts ?? [],
  });
  return toTables(azurite, port);
}

/** Starts Azurite whole: Core Tools' timers need blobs and queues too. */
export async function startAzuriteServices(ports: AzuritePorts): Promise<AzuriteTables> {
  const args = Object.entries(ports).flatMap(([service, port]) => [
    ...[`--${service}Host`, '127.0.0.1'],
    ...[`--${service}Port`, String(port)],
  ]);
  return toTables(await start({ script: 'azurite.js', args, accounts: [] }), ports.table);
}

export interface AzuritePorts {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

interface AzuriteOptions {
  readonly script: string;
  readonly args: readonly string[];
  readonly accounts: readonly string[];
}

/** A process of its own, which ends with this one whatever happens. */
async function start({ script, args, accounts }: AzuriteOptions): Promise<RunningProcess> {
  const names = [wellKnownAccount.name, ...accounts];
  const azurite = startProcess(
    {
      name: 'Azurite',
      script: createRequire(import.meta.url).resolve(`azurite/dist/src/${script}`),
      args: [...args, '--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck', '--silent'],
      env: { AZURITE_ACCOUNTS: names.map((name) => `${name}:${wellKnownAccount.key}`).join(';') },
      ready: /Table service (?:is )?successfully (?:started|listening)/i,
    },
    () => undefined,
  );
  try {
    await azurite.ready;
    return azurite;
  } catch (error) {
    azurite.kill();
    throw error;
  }
}

function toTables(azurite: RunningProcess, port: number): AzuriteTables {
  return {
    port,
    connectionString: (name = wellKnownAccount.name) =>
      `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${wellKnownAccount.key};` +
      `TableEndpoint=http://127.0.0.1:${port}/${name};`,
    stop: async () => {
      azurite.kill(); // in memory: there is nothing to save
      await azurite.ended;
    },
  };
}
