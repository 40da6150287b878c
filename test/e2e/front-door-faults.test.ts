import { expect, test } from 'vitest';
import { runFrontDoorFaults } from '../bench/front-door-run.ts';
import { builtPackage, freshEnding } from '../builders/stack.ts';
import { createTables, freshStorage } from '../builders/storage.ts';

const ending = freshEnding();

test('two instances that are killed, on storage that fails: nothing is lost, done twice or answered wrongly', async () => {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const place = { appDir: await builtPackage(), connectionString, limitMs: 480_000 };
  const short = {
    accepted: 120,
    seed: 7,
    tenants: 8,
    concurrency: 8,
    speed: 15,
    faults: 0.01,
    ...{ strikeEveryMs: 500, strikeEveryAnswers: 30 },
  };
  const report = await runFrontDoorFaults({ ...place, ...short }, ending);
  expect(report.examples).toEqual([]);
  expect(new Set(Object.values(report.violations)), JSON.stringify(report.violations)).toEqual(new Set([0]));
  expect(report.accepted).toBe(short.accepted);
  const { hostKilled, workerKilled, workerFrozen } = report.befell;
  expect(hostKilled + workerKilled + workerFrozen).toBeGreaterThan(0);
}, 600_000);
