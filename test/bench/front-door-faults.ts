// Breaks the whole product on purpose: `node test/bench/front-door-faults.ts [accepted = 10000] [seed = 1] [minutes = 60] [round = 5000]`.
// Two processes of the built app behind a storage connection that loses replies, breaks, delays and answers 503; both are killed
// and frozen all the time; a hundred tenants, one of which floods. Counts what was lost, happened twice or was answered wrongly.
// In rounds, each on storage of its own: Azurite's answers take longer with every row in it, and Azure's do not.
import { join } from 'node:path';
import { buildPackage } from '../../.config/package.ts';
import { createProcesses } from '../local/processes.ts';
import { startStorage } from './bench-storage.ts';
import { runFrontDoorFaults } from './front-door-run.ts';
import type { FrontDoorReport } from './front-door-run.ts';

const [accepted = 10_000, seed = 1, minutes = 60, round = 5_000] = process.argv.slice(2).map(Number);
const processes = createProcesses();
try {
  const { appDir } = await buildPackage({ outDir: join(processes.tempFolder(), 'dist') });
  const rounds = Array.from({ length: Math.ceil(accepted / round) }, (_, i) => Math.min(round, accepted - i * round));
  const reports: FrontDoorReport[] = [];
  for (const [i, wanted] of rounds.entries()) {
    const report = await runRound(appDir, wanted, seed + i);
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    reports.push(report);
  }
  const total = {
    violations: sumOf(reports.map(({ violations }) => ({ ...violations }))),
    ends: sumOf(reports.map(({ ends }) => ends)),
    befell: sumOf(reports.map(({ befell }) => befell)),
    accepted: reports.reduce((sum, report) => sum + report.accepted, 0),
    seconds: reports.reduce((sum, report) => sum + report.seconds.total, 0),
  };
  process.stdout.write(`${JSON.stringify({ total }, undefined, 2)}\n`);
  const isClean = Object.values(total.violations).every((count) => count === 0) && total.accepted >= accepted;
  process.exitCode = isClean ? 0 : 1;
} finally {
  await processes.stop();
}

async function runRound(appDir: string, wanted: number, roundSeed: number): Promise<FrontDoorReport> {
  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const action of started.splice(0).toReversed()) await action();
  };
  processes.onStop(stop);
  const ending = {
    onStop: (action: () => Promise<void>) => void started.push(action),
    tempFolder: processes.tempFolder,
  };
  try {
    const connectionString = (await startStorage(ending)).connectionString();
    const hard = {
      tenants: 101,
      concurrency: 32,
      speed: 10,
      faults: 0.01,
      strikeEveryMs: 5_000,
      strikeEveryAnswers: 50,
    };
    const limitMs = (minutes * 60_000 * wanted) / accepted;
    return await runFrontDoorFaults(
      { appDir, connectionString, limitMs, ...hard, accepted: wanted, seed: roundSeed },
      ending,
    );
  } finally {
    await stop();
  }
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
