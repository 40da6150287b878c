import { afterAll, beforeAll, beforeEach } from 'vitest';
import { asApp, toSubmission } from './test-defender.ts';
import { getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Control } from './control/control.ts';
import type { Simulator } from './simulator.ts';
import type { Answer } from './test-defender.ts';

/** The indicators of one tenant, as the partner's app sees them and as the simulator's control does. */
export interface IndicatorBench {
  simulator(): Simulator;
  control(): Control;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  submit(changes?: Readonly<Record<string, unknown>>): Promise<Answer>;
  import(items: readonly unknown[]): Promise<Answer>;
  list(query?: string): Promise<Answer>;
  /** The values that the tenant holds. */
  held(): readonly string[];
}

/** One simulator for the test file; every test begins with an empty tenant, the switches as they are by default, and the real time. */
export function setUpIndicators(): IndicatorBench {
  let running: Simulator | undefined;
  let token = '';
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  beforeAll(async () => {
    running = await startTestSimulator({ switches: { enforceRateLimits: false } });
    token = await getToken(running);
  });
  afterAll(() => simulator().stop());
  beforeEach(() => {
    const { indicators, switches, clock } = simulator().control;
    indicators.clear(tenantId);
    switches.reset();
    clock.reset();
  });
  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    asApp(simulator(), token).call(method, path, body);
  return {
    simulator,
    control: () => simulator().control,
    call,
    submit: (changes) => call('POST', '/api/indicators', toSubmission(changes)),
    import: (items) => call('POST', '/api/indicators/import', { Indicators: items }),
    list: (query = '') => call('GET', `/api/indicators${query}`),
    held: () =>
      simulator()
        .control.indicators.list(tenantId)
        .map(({ indicatorValue }) => indicatorValue),
  };
}
