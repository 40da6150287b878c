import type { Simulator } from '../local/simulator/simulator.ts';
import type { ActionCall, CallAnswer, createCaller } from './front-door-caller.ts';
import { toMachineId, toTenantId } from './front-door-world.ts';

/** One accepted request. */
export interface AcceptedCall {
  readonly call: ActionCall;
  readonly index: number;
  readonly operationId: string;
  /** Milliseconds of the fast clock. */
  readonly sentAtMs: number;
}

/** What the callers of a run were told. */
export interface Traffic {
  readonly accepted: readonly AcceptedCall[];
  readonly replays: number;
  readonly conflicts: number;
  /** What was answered otherwise than the contract says, in words. */
  readonly wrong: readonly string[];
}

export interface TrafficOptions {
  readonly caller: ReturnType<typeof createCaller>;
  readonly simulator: Simulator;
  readonly now: () => number;
  readonly random: () => number;
  readonly isOver: () => boolean;
  readonly wanted: number;
  readonly tenants: number;
  readonly concurrency: number;
}

/** Sends requests until so many are accepted: one in five again with the same bytes, one in twenty with others. */
export async function runTraffic(options: TrafficOptions): Promise<Traffic & { readonly ask: Ask }> {
  const { caller, random, isOver, wanted } = options;
  const accepted: AcceptedCall[] = [];
  const wrong: string[] = [];
  const counts = { replays: 0, conflicts: 0 };
  const check = createCheck(wrong);
  let next = 0;

  const ask: Ask = async ({ call, operationId }) => {
    const answer = await caller.send(call);
    if (answer === undefined) return;
    counts.replays += 1;
    check(operationId, answer);
    if (!answer.isReplayed) wrong.push(`${operationId}: not told as a replay`);
  };

  async function sendNext(index: number): Promise<void> {
    const call = toCall(options, index);
    const sentAtMs = options.now();
    const isTwice = random() < 0.1;
    const [first, twin] = await Promise.all([caller.send(call), isTwice ? caller.send(call) : undefined]);
    if (first === undefined) return;
    const operationId = String(first.body['id']);
    check(operationId, first);
    if (first.status !== 200 && first.status !== 202) return;
    const one = { call, index, operationId, sentAtMs };
    accepted.push(one);
    if (twin !== undefined) {
      counts.replays += 1;
      check(operationId, twin, { isInOrder: false });
    }
    if (random() < 0.1) await ask(one);
    if (random() < 0.05) await sendOther(one);
  }

  async function sendOther({ call, operationId }: AcceptedCall): Promise<void> {
    const answer = await caller.send({ ...call, body: Buffer.from(call.body.toString().replace('drill', 'other')) });
    if (answer === undefined) return;
    counts.conflicts += 1;
    if (answer.status !== 422 || answer.body['code'] !== 'key_reused') {
      wrong.push(`${operationId}: other bytes answered ${answer.status}`);
    }
  }

  const sendOn = async (): Promise<void> => {
    while (next < wanted && !isOver()) await sendNext((next += 1));
  };
  await Promise.all(Array.from({ length: options.concurrency }, sendOn));
  return {
    accepted,
    wrong,
    ask,
    ...{
      get replays() {
        return counts.replays;
      },
      get conflicts() {
        return counts.conflicts;
      },
    },
  };
}

/** Sends an accepted request once more, as it was. */
export type Ask = (accepted: AcceptedCall) => Promise<void>;

/** Every answer names the same operation, its version never falls, and one version is one status. */
function createCheck(wrong: string[]) {
  const seen = new Map<string, { version: number; readonly statuses: Map<number, string> }>();
  return (operationId: string, { status, body }: CallAnswer, { isInOrder = true } = {}): void => {
    const version = Number(body['version']);
    const before = seen.get(operationId) ?? { version: 0, statuses: new Map<number, string>() };
    const known = before.statuses.get(version) ?? String(body['status']);
    if (status !== 200 && status !== 202) wrong.push(`${operationId}: answered ${status} ${String(body['code'])}`);
    else if (body['id'] !== operationId) wrong.push(`${operationId}: answered as ${String(body['id'])}`);
    else if (isInOrder && version < before.version)
      wrong.push(`${operationId}: version ${version} after ${before.version}`);
    else if (known !== body['status'])
      wrong.push(`${operationId}: version ${version} is ${known} and ${String(body['status'])}`);
    before.statuses.set(version, known);
    before.version = Math.max(before.version, version);
    seen.set(operationId, before);
  };
}

function toCall({ simulator, now, random, wanted, tenants }: TrafficOptions, index: number): ActionCall {
  // The flood comes in the first half of the run: one request in four.
  const isFlood = index <= wanted / 2 && random() < 0.25;
  const tenantId = toTenantId(isFlood ? 0 : 1 + (index % (tenants - 1)));
  const machineId = toMachineId(index);
  simulator.control.machines.seed(tenantId, [{ id: machineId }]);
  const data = { action: 'AddTag', machine: { id: machineId }, comment: 'drill', tag: `case-${index}` };
  const envelope = { type: 'action.requested', timestamp: new Date(now()).toISOString(), tenantId, data };
  return {
    ...{ tenantId, key: `case-${index}`, body: Buffer.from(JSON.stringify(envelope)) },
    ...{ isSigned: random() < 0.5, isAsync: random() < 0.3 },
  };
}
