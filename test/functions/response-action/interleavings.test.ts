import { afterAll, beforeAll, expect, it } from 'vitest';
import { runActionLaws } from '../../bench/action-laws-run.ts';
import { createTables } from '../../builders/create-tables.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshStorage } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** The long run is `node test/bench/action-laws.ts 500 [seed]`. */
it('whatever happens in whatever order: sent once, no success before Defender’s, nothing of others’ undone, always an end', async () => {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const { clientId } = world;
  const report = await runActionLaws({ simulator, connectionString, clientId, runs: 60, seed: 20_261_121 });
  // With the seed, the number of the run, and all that happened in it.
  expect(report.broken).toEqual([]);
  expect(report.errors).toEqual([]);
  expect(report.operations).toBeGreaterThan(200);
  expect(report.faultsStruck).toBeGreaterThan(20);
  for (const end of ['Succeeded', 'Succeeded (release)', 'Succeeded joined', 'Canceled', 'Failed action_timed_out']) {
    expect([end, report.ends[end] ?? 0]).not.toEqual([end, 0]);
  }
}, 900_000);
