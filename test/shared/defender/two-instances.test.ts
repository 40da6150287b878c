import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TableServiceClient } from '@azure/data-tables';
import type { InstanceOptions, Round, RoundResult } from './importing-process.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshStorage } from '../../builders/storage.ts';

async function startInstance(options: InstanceOptions, caFile: string): Promise<ChildProcess> {
  const instance = fork(new URL('./importing-process.ts', import.meta.url), [JSON.stringify(options)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    execArgv: [],
  });
  onTestFinished(() => {
    instance.kill();
  });
  await once(instance, 'message');
  return instance;
}

async function run(instance: ChildProcess, round: Round): Promise<RoundResult> {
  const answer = once(instance, 'message');
  instance.send(round);
  const [result] = (await answer) as [RoundResult];
  return result;
}

it('two processes together never exceed a limit of Defender in any window', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'instances-'));
  const caFile = join(folder, 'ca.pem');
  const simulator = await startMicrosoft({ caFile });
  onTestFinished(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });
  const connectionString = await freshStorage();
  await TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true }).createTable(
    'budgets',
  );
  const { tenantId, clientId, identityClientId, userAgent } = world;
  const options = { origin: simulator.origin, connectionString, tenantId, clientId, identityClientId, userAgent };
  const instances = await Promise.all([startInstance(options, caFile), startInstance(options, caFile)]);

  const startMs = Math.ceil(Date.now() / 10_000) * 10_000;
  const granted: number[] = [];
  // Both try 100 calls at first, and 40 at each later moment; the slot of the first ones leaves the window after 72 s.
  for (const afterMs of [0, 9_000, 59_999, 61_000, 63_999, 64_000, 100_000, 144_000]) {
    simulator.control.clock.freeze(startMs + afterMs);
    const results = await Promise.all(
      instances.map((instance) => run(instance, { nowMs: startMs + afterMs, calls: afterMs === 0 ? 100 : 40 })),
    );
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    granted.push(results.reduce((sum, { imported }) => sum + imported, 0));
  }

  expect(granted).toEqual([30, 0, 0, 0, 0, 30, 0, 30]);
  const imports = simulator.control.log.entries({ path: '/api/indicators/import' });
  expect(imports).toHaveLength(90);
  expect(imports.every(({ status }) => status === 200)).toBe(true);
  expect(new Set(imports.map((entry) => entry.userAgent))).toEqual(new Set([userAgent]));
  const [count, ...others] = simulator.control.quotas.counts();
  expect(others).toEqual([]);
  expect(count).toMatchObject({ requests: 90, rejected: 0, minute: { highestFixed: 30, highestSliding: 30 } });
});
