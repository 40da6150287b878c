import { afterAll, beforeAll, beforeEach } from 'vitest';
import { asApp } from './test-defender.ts';
import { clientId, getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Control } from './control/control.ts';
import type { Simulator } from './simulator.ts';
import type { Answer, TestDefender } from './test-defender.ts';

export const pc1 = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5' };
export const srv1 = { id: 'b'.repeat(40), computerDnsName: 'srv1.example.test', osPlatform: 'WindowsServer2022' };

/** The machines of one tenant, as the partner's app sees them and as the simulator's control does. */
export interface MachineBench {
  simulator(): Simulator;
  control(): Control;
  /** The app goes on with these roles, in another tenant if need be. */
  use(roles: readonly string[], tenant?: string): Promise<void>;
  get(path: string): Promise<Answer>;
  send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<Answer>;
  /** How many requests changed something. */
  applied(): number;
}

/** One simulator for the test file; every test begins with two machines, all roles, and a clock that stands still. */
export function setUpMachines(): MachineBench {
  let running: Simulator | undefined;
  let defender: TestDefender | undefined;
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  const use = async (roles: readonly string[], tenant = tenantId): Promise<void> => {
    simulator().control.tenants.consent(tenant, clientId, { defender: roles });
    defender = asApp(simulator(), await getToken(simulator(), { tenantId: tenant }));
  };
  const call = (method: string, path: string, body?: unknown): Promise<Answer> => {
    if (!defender) throw new Error('The app runs only inside of tests.');
    return defender.call(method, `/api/machines${path}`, body);
  };
  beforeAll(async () => {
    running = await startTestSimulator({ switches: { enforceRateLimits: false } });
  });
  afterAll(() => simulator().stop());
  beforeEach(async () => {
    const { clock, switches, machines, log } = simulator().control;
    clock.freeze(Date.parse('2026-11-20T10:00:00Z'));
    switches.reset();
    machines.clear(tenantId);
    machines.seed(tenantId, [pc1, { ...srv1, lastSeen: '2026-11-20T09:59:00Z' }]);
    log.clear();
    await use(['Machine.ReadWrite.All', 'User.Read.All']);
  });
  return {
    simulator,
    control: () => simulator().control,
    use,
    get: (path) => call('GET', path),
    send: call,
    applied: () => simulator().control.log.entries({ applied: true }).length,
  };
}

/** The names of the machines in a list. */
export function namesOf({ value }: Answer): readonly unknown[] {
  return value.map(({ computerDnsName }) => computerDnsName);
}
