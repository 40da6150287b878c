import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { scan, setUpResponses, tag } from '../../builders/alert-responses.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import type { ProcessDeath, RespondingOptions } from './responding-process.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** Runs a process that carries the alert until it is killed; gives the signal that ended it. */
async function runUntil(death: ProcessDeath, connectionString: string): Promise<NodeJS.Signals | null> {
  const { origin, caPem, control } = simulator;
  const options: RespondingOptions = { origin, caPem, connectionString, nowMs: control.clock.now(), death };
  const child = fork(new URL('./responding-process.ts', import.meta.url), [JSON.stringify(options)], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** The dead one's claim ends after 90 seconds. */
const untilNextMs = 100_000;

it.each<ProcessDeath>([
  { when: 'before', nth: 1, at: 'action' },
  { when: 'after', nth: 1, at: 'action' },
  { when: 'after', nth: 2, at: 'action' },
  { when: 'after', nth: 1, at: 'evidence' },
  { when: 'after', nth: 1, at: 'mark' },
  { when: 'after', nth: 1, at: 'link' },
])('a process that is killed $when write $nth of $at: one alert, each action and row once', async (death) => {
  const bench = await setUpResponses(simulator, [scan, tag, { blockEvidenceFor: 'P1D' }]);
  const alert = await bench.send({}, { prefer: 'respond-async' });
  expect(bench.alerts()).toEqual([]);
  expect(await runUntil(death, bench.connectionString)).toBe('SIGKILL');
  expect(bench.alerts()).toHaveLength(1);
  expect((await bench.read(alert.id)).status).toBe('Running');

  for (let i = 0; i < 4; i += 1) await bench.tick(untilNextMs);
  expect(await bench.read(alert.id)).toMatchObject({ status: 'Succeeded', result: { merged: false } });
  expect((await bench.started(alert)).map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
  expect(await bench.operations('Action')).toHaveLength(2);
  const calls = bench.control.log.entries({ method: 'POST', path: '/api/alerts/CreateAlertByReference' });
  expect([calls.length, bench.alerts().length, bench.actions().length, bench.rows().length]).toEqual([1, 1, 1, 1]);
  expect(bench.tags()).toEqual(['beacon']);
});
