// Tries to break response action: `node test/bench/action-laws.ts [runs = 500] [seed = 1] [from = 0]`.
// Random interleavings of requests, cancels, approvals, other people's actions, Defender's answers, policies and time, carried by
// two instances over one storage against the simulator; says which laws they broke, and with which seed.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createTables } from '../builders/create-tables.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import { world } from '../local/demo-world.ts';
import { startSimulator } from '../local/simulator/simulator.ts';
import { runActionLaws } from './action-laws-run.ts';

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 500);
  const seed = Number(process.argv[3] ?? 1);
  const from = Number(process.argv[4] ?? 0);
  const startedMs = performance.now();
  const azurite = await startAzuriteTables({});
  const simulator = await startSimulator({
    homeTenantId: world.homeTenantId,
    application: { clientId: world.appClientId },
    managedIdentity: world.identity,
    tenants: [],
  });
  setDefaultCACertificates([...getCACertificates('default'), simulator.caPem]);
  try {
    const connectionString = azurite.connectionString();
    await createTables(connectionString);
    const report = await runActionLaws({ simulator, connectionString, clientId: world.appClientId, runs, seed, from });
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    process.stdout.write(`${JSON.stringify({ ...report, seconds }, undefined, 2)}\n`);
    process.exitCode = report.broken.length + report.errors.length === 0 ? 0 : 1;
  } finally {
    await simulator.stop();
    await azurite.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
