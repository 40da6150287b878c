import { afterAll, beforeAll, beforeEach } from 'vitest';
import { asApp } from './test-defender.ts';
import { clientId, getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Control } from './control/control.ts';
import type { Simulator } from './simulator.ts';
import type { Answer, TestDefender } from './test-defender.ts';

export const nowMs = Date.parse('2026-11-20T10:00:00Z');

/** Graph as the partner's app sees it. */
export interface HuntingBench {
  simulator(): Simulator;
  control(): Control;
  use(roles: readonly string[]): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  run(query: string, timespan?: unknown): Promise<Answer>;
  /** The rows that a query gives; an error is thrown with its message. */
  rows(query: string, timespan?: unknown): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** One simulator for the test file; every test begins without events and with a clock that stands still. */
export function setUpHunting(): HuntingBench {
  let running: Simulator | undefined;
  let app: TestDefender | undefined;
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  const use = async (graph: readonly string[]): Promise<void> => {
    simulator().control.tenants.consent(tenantId, clientId, { graph });
    const fields = { scope: 'https://graph.microsoft.com/.default' };
    app = asApp(simulator(), await getToken(simulator(), { fields }));
  };
  const call: HuntingBench['call'] = (method, path, body) => {
    if (!app) throw new Error('The app runs only inside of tests.');
    return app.call(method, path, body);
  };
  const run: HuntingBench['run'] = (Query, Timespan) =>
    call('POST', '/v1.0/security/runHuntingQuery', { Query, ...(Timespan === undefined ? {} : { Timespan }) });
  beforeAll(async () => {
    running = await startTestSimulator({ switches: { enforceRateLimits: false } });
  });
  afterAll(() => simulator().stop());
  beforeEach(async () => {
    const { clock, switches, events, graphAlerts } = simulator().control;
    clock.freeze(nowMs);
    switches.reset();
    events.clear(tenantId);
    graphAlerts.clear(tenantId);
    await use(['ThreatHunting.Read.All', 'SecurityAlert.Create.All', 'SecurityAlert.Read.All']);
  });
  return {
    simulator,
    control: () => simulator().control,
    use,
    call,
    run,
    rows: async (query, timespan) => {
      const { status, body } = await run(query, timespan);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body['results'] as readonly Readonly<Record<string, unknown>>[];
    },
  };
}
