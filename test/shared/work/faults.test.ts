import { expect, test } from 'vitest';
import { runEngineFaults } from '../../bench/engine-run.ts';
import { createTables } from '../../builders/create-tables.ts';
import { freshStorage } from '../../builders/storage.ts';

test('workers killed at random, storage that loses replies: nothing is lost, nothing ends twice', async () => {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const report = await runEngineFaults({
    ...{ connectionString, operations: 120, seed: 20_261_121, workers: 3, tenants: 8, faults: 0.03, speed: 60 },
    killEvery: { requests: 300, effects: 20 },
  });
  expect(report).toMatchObject({ lost: 0, endedTwice: 0, wrongAnswers: 0, leftOver: 0, unexplainedRepeats: 0 });
  expect(report).toMatchObject({ operations: 120, givenUp: 0 });
  expect(report.kills).toBeGreaterThan(3);
  for (const fault of ['loseReply', 'reset', 'unavailable', 'delay'] as const) {
    expect(report.faults[fault]).toBeGreaterThan(10);
  }
});
