import { setTimeout as wait } from 'node:timers/promises';
import { startHost } from '../local/functions-host/start-host.ts';
import type { RunningHost } from '../local/functions-host/start-host.ts';

/** Two instances of the app: what befalls them, and how often. */
export interface Hosts {
  /** Where an instance listens, also while it is down. */
  origin(index: number): string;
  readonly count: number;
  readonly befell: Readonly<Record<Mishap, number>>;
  /** Runs a timer of an instance now; nothing happens when it is down. */
  fire(index: number, timer: string): Promise<void>;
  /** One mishap after the other; resolves when the instance is up again. */
  strike(index: number): Promise<void>;
  /** All instances end and come back with more settings. */
  restart(env: HostsOptions['env']): Promise<void>;
  /** Claims that a living process saw taken over: it may have called Defender once too often. */
  claimsLostAlive(): number;
  stop(): Promise<void>;
}

/** The host and its worker die; the worker alone dies; the worker stands still for longer than its leases, and goes on. */
export type Mishap = 'hostKilled' | 'workerKilled' | 'workerFrozen';

export interface HostsOptions {
  readonly appDir: string;
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly freezeMs: number;
}

const mishaps: readonly Mishap[] = ['workerKilled', 'hostKilled', 'workerFrozen', 'hostKilled', 'workerFrozen'];

interface Slot {
  readonly port: number;
  host: RunningHost;
  /** Its first worker is gone: the process id may be anybody's. */
  isWorkerReplaced: boolean;
}

/** Starts one instance at each port. */
export async function startHosts(options: HostsOptions): Promise<Hosts> {
  const befell: Record<Mishap, number> = { hostKilled: 0, workerKilled: 0, workerFrozen: 0 };
  const endings: string[] = [];
  let env = options.env;
  let strikes = 0;
  const start = (port: number): Promise<RunningHost> =>
    startHost({ appDir: options.appDir, port, env, isAuthEnforced: false });
  const slots = await Promise.all(
    options.ports.map(async (port): Promise<Slot> => ({ port, host: await start(port), isWorkerReplaced: false })),
  );

  /** The pace of what befalls them is the machine's own: one instance is struck when the last one is up again. */
  async function untilHealthy({ port }: Slot): Promise<void> {
    const url = `http://127.0.0.1:${port}/api/v1/health`;
    for (let i = 0; i < 100; i += 1) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      if (answer?.ok === true) return;
      await wait(200);
    }
  }

  async function killHost(slot: Slot): Promise<void> {
    const { output } = await slot.host.kill();
    endings.push(output);
    slot.host = await start(slot.port);
    slot.isWorkerReplaced = false;
    await untilHealthy(slot);
  }

  async function freezeWorker({ host }: Slot): Promise<void> {
    if (!signal(host.workerPid, 'SIGSTOP')) return;
    await wait(options.freezeMs);
    signal(host.workerPid, 'SIGCONT');
  }

  return {
    ...{ befell, count: slots.length, origin: (index) => `http://127.0.0.1:${slots[index]?.port}` },
    fire: async (index, timer) => {
      const url = `http://127.0.0.1:${slots[index]?.port}/admin/functions/${timer}`;
      const headers = { 'content-type': 'application/json' };
      await fetch(url, { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
    },
    strike: async (index) => {
      const slot = slots[index];
      if (slot === undefined) return;
      const next = mishaps[(strikes += 1) % mishaps.length] ?? 'hostKilled';
      const mishap = slot.isWorkerReplaced ? 'hostKilled' : next;
      befell[mishap] += 1;
      if (mishap === 'hostKilled') return killHost(slot);
      if (mishap === 'workerFrozen') return freezeWorker(slot);
      slot.isWorkerReplaced = true;
      signal(slot.host.workerPid, 'SIGKILL');
      await untilHealthy(slot);
    },
    restart: async (more) => {
      env = { ...env, ...more };
      await Promise.all(slots.map(killHost));
    },
    claimsLostAlive: () =>
      [...endings, ...slots.map(({ host }) => host.output())].reduce(
        (sum, output) => sum + (output.match(/claim\.lost/g)?.length ?? 0),
        0,
      ),
    stop: async () => {
      await Promise.all(slots.map(({ host }) => host.kill()));
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it has ended before
  }
}
