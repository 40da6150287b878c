import { afterAll, beforeAll, beforeEach } from 'vitest';
import { asApp } from './test-defender.ts';
import { pc1, srv1 } from './test-machines.ts';
import { clientId, getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Control } from './control/control.ts';
import type { MachineActionType } from './defender/machine-actions/resource.ts';
import type { Simulator } from './simulator.ts';
import type { Answer, TestDefender } from './test-defender.ts';

export const nowMs = Date.parse('2026-11-20T10:00:00Z');
export const sha1 = 'c'.repeat(40);
export const actionRoles = [
  ...['Machine.Read.All', 'Machine.Isolate', 'Machine.RestrictExecution', 'Machine.Scan', 'Machine.Offboard'],
  ...['Machine.StopAndQuarantine', 'Machine.CollectForensics', 'Machine.LiveResponse', 'Alert.ReadWrite.All'],
];

/** A live response of one command of each type. */
export const commands = [
  { type: 'PutFile', params: [{ key: 'FileName', value: 'tool.exe' }] },
  {
    type: 'RunScript',
    params: [
      { key: 'ScriptName', value: 'triage.ps1' },
      { key: 'Args', value: '-all' },
    ],
  },
  { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\Temp\\t.txt' }] },
] as const;

/** Path and whole body of each action. */
export const requests: Readonly<Record<MachineActionType, { readonly path: string; readonly body: object }>> = {
  Isolate: { path: 'isolate', body: { Comment: 'c', IsolationType: 'Full' } },
  Unisolate: { path: 'unisolate', body: { Comment: 'c' } },
  RestrictCodeExecution: { path: 'restrictCodeExecution', body: { Comment: 'c' } },
  UnrestrictCodeExecution: { path: 'unrestrictCodeExecution', body: { Comment: 'c' } },
  RunAntiVirusScan: { path: 'runAntiVirusScan', body: { Comment: 'c', ScanType: 'Quick' } },
  Offboard: { path: 'offboard', body: { Comment: 'c' } },
  StopAndQuarantineFile: { path: 'StopAndQuarantineFile', body: { Comment: 'c', Sha1: sha1 } },
  CollectInvestigationPackage: { path: 'collectInvestigationPackage', body: { Comment: 'c' } },
  LiveResponse: { path: 'runliveresponse', body: { Comment: 'c', Commands: commands } },
};

/** Machine actions as the partner's app sees them and as the simulator's control does. */
export interface MachineActionBench {
  simulator(): Simulator;
  control(): Control;
  use(roles: readonly string[]): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Starts an action on pc1, or another machine, with its whole body and changes to it. */
  start(type: MachineActionType, changes?: object, machineId?: string): Promise<Answer>;
  get(id: unknown): Promise<Answer>;
  cancel(id: unknown, body?: unknown): Promise<Answer>;
  pass(ms: number): void;
  applied(): number;
}

/** One simulator for the test file; every test begins with two machines, no action, and a clock that stands still. */
export function setUpMachineActions(): MachineActionBench {
  let running: Simulator | undefined;
  let defender: TestDefender | undefined;
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  const use = async (roles: readonly string[]): Promise<void> => {
    simulator().control.tenants.consent(tenantId, clientId, { defender: roles });
    defender = asApp(simulator(), await getToken(simulator()));
  };
  const call: MachineActionBench['call'] = (method, path, body) => {
    if (!defender) throw new Error('The app runs only inside of tests.');
    return defender.call(method, path, body);
  };
  beforeAll(async () => {
    running = await startTestSimulator({ switches: { enforceRateLimits: false, tokenLifetimeSeconds: 10_000_000 } });
  });
  afterAll(() => simulator().stop());
  beforeEach(async () => {
    const { clock, switches, machines, machineActions, log } = simulator().control;
    clock.freeze(nowMs);
    switches.reset();
    machines.clear(tenantId);
    machineActions.clear(tenantId);
    machines.seed(tenantId, [pc1, srv1]);
    log.clear();
    await use(actionRoles);
  });
  return {
    simulator,
    control: () => simulator().control,
    use,
    call,
    start: (type, changes = {}, machineId = pc1.id) => {
      const { path, body } = requests[type];
      return call('POST', `/api/machines/${machineId}/${path}`, { ...body, ...changes });
    },
    get: (id) => call('GET', `/api/machineactions/${String(id)}`),
    cancel: (id, body = { Comment: 'not needed' }) => call('POST', `/api/machineactions/${String(id)}/cancel`, body),
    pass: (ms) => simulator().control.clock.advance(ms),
    applied: () => simulator().control.log.entries({ applied: true }).length,
  };
}
