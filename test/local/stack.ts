import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { TableServiceClient } from '@azure/data-tables';
import { tableNames } from '../../shared/tables.client.ts';
import { toAppSettings } from './app-settings.ts';
import { freePort, startAzuriteTables } from './azurite.ts';
import { startHost } from './functions-host/start-host.ts';
import type { RunningHost } from './functions-host/start-host.ts';
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

export interface StackOptions {
  readonly ports?: StackPorts;
  /** The built package; it is copied away first, so that it cannot lean on the repository's `node_modules`. */
  readonly appDir: string;
  readonly allowedOrigins?: readonly string[];
  /** Settings over those of the local run. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

/** The app and all it talks to, running on this machine. */
export interface Stack {
  readonly appOrigin: string;
  readonly simulator: Simulator;
  readonly host: RunningHost;
  /** Connection string of the app's storage. */
  readonly tables: string;
  readonly caFile: string;
  /** Settings that the app runs with: enough to start a second instance of it. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

const freePorts: StackPorts = { app: 0, simulator: 0, identity: 0, table: 0 };

/** Starts Azurite, the simulator and the app, in that order. When a part does not start, what did is stopped again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ports = options.ports ?? freePorts;
  const cleanUps: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'mde-partner-'));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    const azurite = await startAzuriteTables(ports.table === 0 ? {} : { port: ports.table });
    cleanUps.push(() => azurite.stop());
    await createTables(azurite.connectionString());
    const caFile = join(folder, 'simulator-ca.pem');
    const simulator = await startSimulator({
      ...toSimulatorOptions(),
      port: ports.simulator,
      identityPort: ports.identity,
      caFile,
    });
    cleanUps.push(() => simulator.stop());
    trust(simulator.caPem);
    const port = ports.app === 0 ? await freePort() : ports.app;
    const settings = {
      ...toAppSettings({
        appOrigin: `http://127.0.0.1:${port}`,
        simulatorOrigin: simulator.origin,
        identityEndpoint: simulator.identityEndpoint,
        identityHeader: simulator.identityHeader,
        caFile,
        tablesConnectionString: azurite.connectionString(),
        allowedOrigins: options.allowedOrigins ?? [],
      }),
      ...options.settings,
    };
    const appDir = join(folder, 'app');
    cpSync(options.appDir, appDir, { recursive: true });
    writeFileSync(
      join(appDir, 'local.settings.json'),
      JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2),
    );
    const host = await startHost({ appDir, port, env: settings, isAuthEnforced: false });
    cleanUps.push(() => host.stop());
    return { appOrigin: host.url, simulator, host, tables: azurite.connectionString(), caFile, settings, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The tables that Bicep makes in Azure. */
async function createTables(connectionString: string): Promise<void> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for (const name of tableNames) await service.createTable(name);
}

/** Lets this process, too, talk to the simulator over TLS. */
export function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}
