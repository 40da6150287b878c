import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { createTables } from '../../builders/create-tables.ts';
import { freshStorage } from '../../builders/storage.ts';
import type { InstanceOptions, Round } from './isolating-process.ts';

async function startInstance(options: InstanceOptions): Promise<ChildProcess> {
  const instance = fork(new URL('./isolating-process.ts', import.meta.url), [JSON.stringify(options)], {
    execArgv: [],
  });
  onTestFinished(() => {
    instance.kill();
  });
  await once(instance, 'message');
  return instance;
}

async function run(instance: ChildProcess, round: Round): Promise<readonly string[]> {
  const answer = once(instance, 'message');
  instance.send(round);
  const [taken] = (await answer) as [readonly string[]];
  return taken;
}

it('two processes together never isolate more than the limit in any 60 minutes', async () => {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const options = { connectionString, tenantId: '6f1c0000-0000-4000-8000-00000000a001' };
  const instances = await Promise.all([startInstance(options), startInstance(options)]);

  const startMs = 1_760_000_000_000;
  const minuteMs = 60_000;
  const counts: number[] = [];
  for (const [round, minute] of [0, 30, 59, 60, 89, 90, 150].entries()) {
    const taken = await Promise.all(
      instances.map((instance, i) => {
        // One operation is asked for by both, as after a lease that ran out.
        const operationIds = [`op_${round}_both`, ...[0, 1, 2].map((j) => `op_${round}_${i}_${j}`)];
        return run(instance, { nowMs: startMs + minute * minuteMs, operationIds, limit: minute === 0 ? 2 : 5 });
      }),
    );
    counts.push(new Set(taken.flat()).size);
  }
  // 2 at first, 3 more half an hour later; each leaves after exactly an hour.
  expect(counts).toEqual([2, 3, 0, 2, 0, 3, 5]);
});
