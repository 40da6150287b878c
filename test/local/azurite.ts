import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';

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
  const script = createRequire(import.meta.url).resolve('azurite/dist/src/table/main.js');
  const names = [wellKnownAccount.name, ...(options.accounts ?? [])];
  const child = spawn(
    process.execPath,
    [
      script,
      ...['--tableHost', '127.0.0.1', '--tablePort', String(port)],
      ...['--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck', '--silent'],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, AZURITE_ACCOUNTS: names.map((name) => `${name}:${wellKnownAccount.key}`).join(';') },
    },
  );
  await untilListening(child);
  return {
    port,
    connectionString: (name = wellKnownAccount.name) =>
      `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${wellKnownAccount.key};` +
      `TableEndpoint=http://127.0.0.1:${port}/${name};`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL'); // in memory: there is nothing to save
      await ended;
    },
  };
}

function untilListening(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/successfully started/i.test(output)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Azurite ended with code ${code}:\n${output}`)));
    setTimeout(() => reject(new Error(`Azurite did not start in 30 s:\n${output}`)), 30_000).unref();
  });
}

/** A TCP port that is free now on the loopback address. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
