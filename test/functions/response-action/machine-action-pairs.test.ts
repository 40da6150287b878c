import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/contract/operation.ts';
import { setUpMachineActions } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { MachineActionType } from '../../local/simulator/defender/machine-actions/resource.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import type { Switches } from '../../local/simulator/switches.ts';
import { earlier, expectedOf, fates, nine, otherwise, types } from './expected-pairs.ts';
import type { Fate, Running } from './expected-pairs.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId, clientId } = world;
const minuteMs = 60_000;
type Bench = Awaited<ReturnType<typeof setUpMachineActions>>;

/** What is asked for, on a machine of its own on which something else runs. */
interface Place {
  readonly asked: MachineActionType;
  readonly parameters: object;
  readonly machineId: string;
  /** What runs there. */
  readonly runningId: string;
}

/** Starts the same on as many machines as there are requests. */
function startEverywhere(
  { control }: Bench,
  requests: readonly (readonly [asked: MachineActionType, parameters: object])[],
  { type, isOurs, status }: Running & { readonly type: MachineActionType },
): readonly Place[] {
  control.machineActions.clear(tenantId);
  control.machines.clear(tenantId);
  const places = requests.map(([asked, parameters], index) => {
    const machineId = index.toString(16).padStart(40, '0');
    control.machines.seed(tenantId, [{ id: machineId, osPlatform: 'Windows11' }]);
    const { id } = control.machineActions.add(tenantId, {
      ...{ type, machineId, outcome: { status }, ...nine[type].running },
      ...(isOurs ? { requestor: clientId, requestorComment: `c [${earlier}]` } : {}),
    });
    return { asked, parameters, machineId, runningId: id };
  });
  control.clock.advance(10_000);
  // From here on no machine takes anything up: what is sent stays as it was sent.
  control.machineActions.configure(tenantId, { isOffline: true });
  return places;
}

/** The operation and the machine actions of a place as they are now. */
async function look(bench: Bench, { runningId, machineId }: Place, asked: Operation) {
  const operation = await bench.read(asked);
  const actions = bench.actions().filter((action) => action.machineId === machineId);
  const { status, result, error } = operation;
  const [own, ...more] = actions.filter(({ requestorComment }) => requestorComment === `c [${operation.id}]`);
  if (more.length > 0) throw new Error(`${operation.id} was sent twice.`);
  const other = actions.find(({ id }) => id === runningId);
  return { operation, status, result, code: error?.code, own, other };
}

type Seen = Awaited<ReturnType<typeof look>>;

function fateOf({ operation, status, result, own, other }: Seen): Fate | Seen {
  const { stage } = operation;
  const isUntouched = other?.cancellationRequestor === null;
  if (own !== undefined) {
    const isNamed = result?.machineActionId === own.id && result.joined === false;
    return isNamed && isUntouched && status === 'Running' ? 'beside' : seen();
  }
  if (result?.joined === true) return result.machineActionId === other?.id && isUntouched ? 'joined' : seen();
  if (status === 'Succeeded' && result?.canceledInstead === earlier) {
    return other?.status === 'Cancelled' ? 'canceled instead' : seen();
  }
  return status === 'Running' && stage === 'Submitting' && isUntouched ? 'waits' : seen();

  function seen(): Seen {
    return { operation, status, result, code: undefined, own, other };
  }
}

function endOf({ status, code, result, own }: Seen): string {
  if (status === 'Succeeded' && own !== undefined) {
    return own.status === 'Succeeded' && result?.machineActionId === own.id ? 'Succeeded by its own' : own.status;
  }
  if (status === 'Succeeded') return 'Succeeded with nothing sent';
  return status === 'Failed' && code === 'action_failed' && own === undefined ? 'Failed with the other' : status;
}

/** What becomes of all requests, and how they end once what ran before them has failed. */
async function fatesOf(bench: Bench, places: readonly Place[]): Promise<readonly string[]> {
  const { control, ask, later } = bench;
  const asked = await Promise.all(
    places.map(({ asked: action, parameters, machineId }) =>
      ask({ action, machine: { id: machineId }, comment: 'c', ...parameters }),
    ),
  );
  const lookAtAll = (): Promise<readonly (readonly [Place, Seen])[]> =>
    Promise.all(
      asked.map(async (operation, index) => {
        const place = places[index];
        if (place === undefined) throw new Error('There is no such place.');
        return [place, await look(bench, place, operation)] as const;
      }),
    );
  const before = (await lookAtAll()).map(([, found]) => fateOf(found));
  for (const { runningId, machineId } of places) {
    const running = bench.actions().find(({ id }) => id === runningId);
    if (running?.status !== 'Cancelled') control.machineActions.complete(tenantId, runningId, 'Failed');
    control.machineActions.configure(tenantId, { isOffline: false }, machineId);
  }
  for (let minute = 0; minute < 3; minute += 1) await later(minuteMs);
  const after = (await lookAtAll()).map(([, found]) => endOf(found));
  return before.map((fate, index) => `${typeof fate === 'string' ? fate : JSON.stringify(fate)}, ${after[index]}`);
}

describe('an action that is asked for while another runs on the machine', () => {
  const cases: readonly (readonly [Running, Partial<Switches>])[] = [
    [{ isOurs: false, status: 'Pending' }, {}],
    [{ isOurs: false, status: 'Pending' }, { oneActionPerDevice: true }],
    [{ isOurs: false, status: 'Pending' }, { repeatReturnsPending: true }],
    [{ isOurs: true, status: 'Pending' }, {}],
    [{ isOurs: true, status: 'Pending' }, { oneActionPerDevice: true }],
    [{ isOurs: true, status: 'Pending' }, { repeatReturnsPending: true }],
    [{ isOurs: true, status: 'InProgress' }, {}],
  ];

  it.each(cases)('all 81 pairs, where what runs is %j and Defender %j', async (running, switches) => {
    const bench = await setUpMachineActions(simulator, { undoOthers: true, maxIsolationsPerHour: 100_000 });
    bench.control.switches.change(switches);
    for (const type of types) {
      const requests = types.map((asked) => [asked, nine[asked].asked ?? {}] as const);
      const found = await fatesOf(bench, startEverywhere(bench, requests, { ...running, type }));
      expect(types.map((asked, index) => `${asked} while ${type}: ${found[index]}`)).toEqual(
        types.map((asked) => {
          const fate = expectedOf(asked, { ...running, type }, switches);
          return `${asked} while ${type}: ${fate}, ${fates[fate]}`;
        }),
      );
    }
  });

  it.each([{}, { repeatReturnsPending: true }])(
    'the same kind with other parameters: its turn comes, %j',
    async (switches) => {
      const bench = await setUpMachineActions(simulator, { maxIsolationsPerHour: 100_000 });
      bench.control.switches.change(switches);
      for (const [type, parameters] of Object.entries(otherwise) as [MachineActionType, object][]) {
        const places = startEverywhere(bench, [[type, parameters]], { type, isOurs: false, status: 'Pending' });
        // A quarantine stands in the way of one of the same file alone.
        const fate = type === 'StopAndQuarantineFile' ? 'beside' : 'waits';
        expect([type, await fatesOf(bench, places)]).toEqual([type, [`${fate}, ${fates[fate]}`]]);
      }
    },
  );
});
