import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../local/faulty-proxy.ts';
import type { FaultRun } from './engine-run.ts';

const workerFile = fileURLToPath(new URL('./engine-worker.ts', import.meta.url));

/** The workers: one that was killed is replaced. */
export function createCrew(run: FaultRun, seed: number) {
  const crew = new Map<string, ChildProcess>();
  const random = seededRandom(seed);
  let kills = 0;
  let isStopped = false;
  let place: object = {};

  function hire(): void {
    const name = randomUUID();
    const child = fork(workerFile, [JSON.stringify({ ...place, name })], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    crew.set(name, child);
    child.once('exit', () => {
      crew.delete(name);
      if (!isStopped) hire();
    });
  }

  function killOne(name: string): void {
    const child = crew.get(name);
    if (child?.kill('SIGKILL')) kills += 1;
  }

  return {
    start: (where: object) => {
      place = where;
      for (let i = 0; i < run.workers; i += 1) hire();
    },
    killOne,
    kill: () => {
      const names = [...crew.keys()];
      killOne(names[Math.floor(random() * names.length)] ?? '');
    },
    kills: () => kills,
    stop: () => {
      isStopped = true;
      for (const child of crew.values()) child.kill('SIGKILL');
    },
  };
}
