import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { TableServiceClient } from '@azure/data-tables';
import { tableNames } from '../../shared/tables.client.ts';
import { toAppSettings } from './app-settings.ts';
import { startAzuriteServices, startAzuriteTables } from './azurite.ts';
import type { AzuritePorts, AzuriteTables } from './azurite.ts';
import { freePort } from './listen.ts';
import type { Processes } from './processes.ts';
import { startSimulator } from './simulator/simulator.ts';
import type { Simulator } from './simulator/simulator.ts';
import { toSimulatorOptions } from './world-options.ts';

/** Ports of one run; 0 takes a free one. */
export interface StackPorts {
  readonly app: number;
  readonly simulator: number;
  readonly identity: number;
  readonly table: number;
}

/** What ends with a run, the last thing started first. `createProcesses` gives one; the tests of a file have their own. */
export type Ending = Pick<Processes, 'onStop' | 'tempFolder'>;

export interface StandInsOptions {
  readonly ports?: StackPorts;
  /** Azurite's blobs and queues, too, at these ports. */
  readonly azurite?: AzuritePorts;
  /** Connection string of storage that is there already, with its tables; an Azurite of its own when absent. */
  readonly tables?: string;
  /** The built package; it is copied away first, so that it cannot lean on the repository's `node_modules`. */
  readonly appDir: string;
  readonly allowedOrigins?: readonly string[];
  /** Settings over those of the local run. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

/** All that the app talks to, running on this machine, and what it is to be started with. */
export interface StandIns {
  readonly simulator: Simulator;
  /** Connection string of the app's storage. */
  readonly tables: string;
  /** A copy of the package, with its settings in `local.settings.json`. */
  readonly appDir: string;
  readonly appPort: number;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

const freePorts: StackPorts = { app: 0, simulator: 0, identity: 0, table: 0 };

/** Starts Azurite and the simulator, and puts the app in its place. Each thing is told to `ending` as soon as it is there. */
export async function startStandIns(options: StandInsOptions, ending: Ending): Promise<StandIns> {
  const { ports = freePorts } = options;
  const folder = ending.tempFolder();
  const tables = options.tables ?? (await startTables(options, ending));
  const caFile = join(folder, 'simulator-ca.pem');
  const simulator = await startSimulator({
    ...toSimulatorOptions(),
    port: ports.simulator,
    identityPort: ports.identity,
    caFile,
  });
  ending.onStop(simulator.stop);
  trust(simulator.caPem);
  const appPort = ports.app === 0 ? await freePort() : ports.app;
  const settings = {
    ...toAppSettings({
      appOrigin: `http://127.0.0.1:${appPort}`,
      simulatorOrigin: simulator.origin,
      identityEndpoint: simulator.identityEndpoint,
      identityHeader: simulator.identityHeader,
      caFile,
      tablesConnectionString: tables,
      allowedOrigins: options.allowedOrigins ?? [],
    }),
    ...options.settings,
  };
  const appDir = join(folder, 'app');
  cpSync(options.appDir, appDir, { recursive: true });
  writeFileSync(join(appDir, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2));
  return { simulator, tables, appDir, appPort, settings };
}

async function startTables({ ports = freePorts, azurite }: StandInsOptions, ending: Ending): Promise<string> {
  const running: AzuriteTables = azurite
    ? await startAzuriteServices(azurite)
    : await startAzuriteTables(ports.table === 0 ? {} : { port: ports.table });
  ending.onStop(running.stop);
  const connectionString = running.connectionString();
  // The tables that Bicep makes in Azure.
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for (const name of tableNames) await service.createTable(name);
  return connectionString;
}

/** Lets this process, too, talk to the simulator over TLS. */
export function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}
