import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolate, pc1, secondMs, setUpMachineActions } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60 * secondMs;
const machine = { id: pc1.id, computerDnsName: pc1.computerDnsName };

describe('a machine action', () => {
  it('is sent once, followed, and succeeds when Defender says so', async () => {
    const { ask, read, later, actions, told, posts } = await setUpMachineActions(simulator);
    const operation = await ask({ ...isolate, isolationType: 'Selective', machine: { computerDnsName: 'pc1' } });
    const [sent] = actions();
    expect(operation).toMatchObject({
      ...{ status: 'Running', stage: 'Pending', attempts: 0 },
      result: { action: 'Isolate', machine, machineActionId: sent?.id, machineActionStatus: 'Pending', joined: false },
      upstream: { machineActionId: sent?.id, requestId: expect.any(String) as unknown },
    });
    expect(sent).toMatchObject({
      ...{ type: 'Isolate', scope: 'Selective', requestor: world.clientId },
      requestorComment: `Case 17 [${operation.id}]`,
    });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded', result: { machineActionStatus: 'Succeeded' } });
    expect([posts().length, told]).toEqual([1, ['action.succeeded']]);
  });
});
