// Breaks the whole product on purpose: `node test/bench/front-door-faults.ts [accepted = 10000] [seed = 1] [minutes = 60]`.
// Two processes of the built app behind a storage connection that loses replies, breaks, delays and answers 503; both are killed
// and frozen all the time; a hundred tenants, one of which floods. Counts what was lost, happened twice or was answered wrongly.
import { buildPackage } from '../../.config/package.ts';
import { createTables } from '../builders/create-tables.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import { createProcesses } from '../local/processes.ts';
import { join } from 'node:path';
import { runFrontDoorFaults } from './front-door-run.ts';

const [accepted = 10_000, seed = 1, minutes = 60] = process.argv.slice(2).map(Number);
const processes = createProcesses();
try {
  const azurite = await startAzuriteTables({});
  processes.onStop(azurite.stop);
  const connectionString = azurite.connectionString();
  await createTables(connectionString);
  const { appDir } = await buildPackage({ outDir: join(processes.tempFolder(), 'dist') });
  const hard = {
    tenants: 101,
    concurrency: 32,
    speed: 10,
    faults: 0.01,
    ...{ strikeEveryMs: 5_000, strikeEveryAnswers: 50 },
  };
  const place = { appDir, connectionString, limitMs: minutes * 60_000 };
  const report = await runFrontDoorFaults({ ...place, ...hard, accepted, seed }, processes);
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  const isClean = Object.values(report.violations).every((count) => count === 0) && report.accepted >= accepted;
  process.exitCode = isClean ? 0 : 1;
} finally {
  await processes.stop();
}
