// Breaks the engine on purpose: `node test/bench/engine-faults.ts [operations = 10000] [seed = 1]`.
// Accepts that many operations through a storage connection that loses replies, breaks, delays and answers 503, while worker
// processes that carry them are killed with SIGKILL at random points, and counts what was lost or happened twice.
import { fileURLToPath } from 'node:url';
import { createTables } from '../builders/create-tables.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import { runEngineFaults } from './engine-run.ts';

async function main(): Promise<void> {
  const operations = Number(process.argv[2] ?? 10_000);
  const seed = Number(process.argv[3] ?? 1);
  const azurite = await startAzuriteTables({});
  try {
    const connectionString = azurite.connectionString();
    await createTables(connectionString);
    const hard = { workers: 4, tenants: 20, faults: 0.03, killEvery: { requests: 1_000, effects: 50 }, speed: 30 };
    const report = await runEngineFaults({ connectionString, operations, seed, ...hard });
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    const bad = report.lost + report.endedTwice + report.wrongAnswers + report.leftOver + report.unexplainedRepeats;
    process.exitCode = bad === 0 ? 0 : 1;
  } finally {
    await azurite.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
