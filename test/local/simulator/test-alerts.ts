import { afterAll, beforeAll, beforeEach } from 'vitest';
import { asApp } from './test-defender.ts';
import { pc1 } from './test-machines.ts';
import { clientId, getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Control } from './control/control.ts';
import type { Simulator } from './simulator.ts';
import type { Answer, TestDefender } from './test-defender.ts';

export const nowMs = Date.parse('2026-11-20T10:00:00Z');
export const eventTime = '2026-11-20T09:30:05.7654321Z';
export const allRoles = ['Alert.ReadWrite.All', 'Machine.Read.All', 'User.Read.All', 'File.Read.All', 'Ip.Read.All'];

/** A file that pc1 saw, as a hunting row. */
export const fileEvent = {
  ...{ Timestamp: eventTime, DeviceId: pc1.id, DeviceName: pc1.computerDnsName, ReportId: 20_776 },
  ...{ ActionType: 'FileCreated', FileName: 'a.exe', FolderPath: 'C:\\Temp', SHA1: 'd'.repeat(40) },
  ...{ InitiatingProcessAccountName: 'ana', InitiatingProcessAccountDomain: 'EXAMPLE' },
};

/** The body of a CreateAlertByReference for that event. */
export const reference = {
  ...{ machineId: pc1.id, eventTime, reportId: '20776', severity: 'High', title: 'Bad file', category: 'Malware' },
  ...{ description: 'Found', recommendedAction: 'Look at it' },
};

export interface AlertBench {
  simulator(): Simulator;
  control(): Control;
  use(roles: readonly string[]): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  create(changes?: Readonly<Record<string, unknown>>): Promise<Answer>;
  applied(): number;
}

/** One simulator for the test file; every test begins with pc1, its one event, no alert, and a clock that stands still. */
export function setUpAlerts(): AlertBench {
  let running: Simulator | undefined;
  let defender: TestDefender | undefined;
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  const use = async (defenderRoles: readonly string[]): Promise<void> => {
    simulator().control.tenants.consent(tenantId, clientId, { defender: defenderRoles });
    defender = asApp(simulator(), await getToken(simulator()));
  };
  const call: AlertBench['call'] = (method, path, body) => {
    if (!defender) throw new Error('The app runs only inside of tests.');
    return defender.call(method, path, body);
  };
  beforeAll(async () => {
    running = await startTestSimulator({ switches: { enforceRateLimits: false } });
  });
  afterAll(() => simulator().stop());
  beforeEach(async () => {
    const { clock, switches, machines, alerts, events, log } = simulator().control;
    clock.freeze(nowMs);
    switches.reset();
    for (const each of [machines, alerts, events]) each.clear(tenantId);
    machines.seed(tenantId, [{ ...pc1, rbacGroupName: 'Laptops', logonUsers: [{ accountName: 'ana' }] }]);
    events.add(tenantId, { table: 'DeviceFileEvents', rows: [fileEvent] });
    log.clear();
    await use([...allRoles, 'Url.Read.All']);
  });
  return {
    simulator,
    control: () => simulator().control,
    use,
    call,
    create: (changes) => call('POST', '/api/alerts/CreateAlertByReference', { ...reference, ...changes }),
    applied: () => simulator().control.log.entries({ applied: true }).length,
  };
}
