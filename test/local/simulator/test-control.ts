import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { asApp, toSubmission } from './test-defender.ts';
import { getToken, startTestSimulator, tenantId } from './test-world.ts';
import type { Simulator } from './simulator.ts';
import type { Answer } from './test-defender.ts';

/** A simulator that is steered over HTTP, and one tenant's indicators to see the effect on. */
export interface ControlBench {
  simulator(): Simulator;
  control(method: string, path: string, body?: unknown): Promise<ControlAnswer>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  submit(): Promise<Answer>;
  held(): Promise<readonly unknown[]>;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One simulator for the test file; after every test all that steers it is as at its start. */
export function setUpControl(): ControlBench {
  let running: Simulator | undefined;
  let token = '';
  const simulator = (): Simulator => {
    if (!running) throw new Error('The simulator runs only inside of tests.');
    return running;
  };
  const control = async (method: string, path: string, body?: unknown): Promise<ControlAnswer> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${simulator().origin}/_simulator/${path}`, init);
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as ControlAnswer['body'] };
  };
  const call: ControlBench['call'] = (method, path, body) => asApp(simulator(), token).call(method, path, body);
  beforeAll(async () => {
    running = await startTestSimulator();
    token = await getToken(running);
  });
  afterAll(() => simulator().stop());
  beforeEach(() => simulator().control.log.clear());
  afterEach(async () => {
    const resets = ['faults', 'switches', 'quotas', `tenants/${tenantId}/indicators`];
    for (const what of resets) await control('DELETE', what);
    await control('PUT', 'clock', {});
  });
  return {
    simulator,
    control,
    call,
    submit: () => call('POST', '/api/indicators', toSubmission()),
    held: async () => (await control('GET', `tenants/${tenantId}/indicators`)).body['indicators'] as readonly unknown[],
  };
}
