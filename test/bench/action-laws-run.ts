import type { Operation } from '../../shared/contract/operation.ts';
import { isFinished } from '../../shared/contract/operation.ts';
import { seededRandom } from '../local/faulty-proxy.ts';
import type { MachineActionResource } from '../local/simulator/defender/machine-actions/resource.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { brokenLaws } from './action-laws-check.ts';
import { happen } from './action-laws-events.ts';
import { createLawsWorld } from './action-laws-world.ts';
import type { LawsWorld, RunOfLaws } from './action-laws-world.ts';

/** How much is tried. */
export interface LawsOptions {
  readonly simulator: Simulator;
  /** Of an account with empty tables. */
  readonly connectionString: string;
  readonly clientId: string;
  readonly runs: number;
  readonly seed: number;
  /** The number of the first run (0): twenty at a time see the same, so a multiple of that repeats them alone. */
  readonly from?: number;
  /** Things that happen in each run (12). */
  readonly steps?: number;
}

/** What came of it. The same seed and number of runs make the same things happen at the same times. */
export interface LawsReport {
  readonly seed: number;
  readonly runs: number;
  readonly operations: number;
  readonly ends: Readonly<Record<string, number>>;
  /** Machine actions in Defender: ours, and others'. */
  readonly actions: { readonly ours: number; readonly others: number };
  readonly faultsStruck: number;
  readonly broken: readonly BrokenRun[];
  readonly errors: readonly string[];
}

/** A run that broke a law, and all that happened in it. */
export interface BrokenRun {
  readonly seed: number;
  readonly run: number;
  readonly laws: readonly string[];
  readonly trace: readonly string[];
  /** What Defender has of it, oldest first. */
  readonly actions: readonly string[];
}

/** So many tenants live through the same times side by side. */
const atOnce = 20;
const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Runs random interleavings and says which laws they broke. */
export async function runActionLaws(options: LawsOptions): Promise<LawsReport> {
  const { simulator, connectionString, clientId, runs, seed, from: first = 0 } = options;
  const { control } = simulator;
  control.clock.freeze(Math.ceil(Date.now() / minuteMs) * minuteMs);
  control.switches.change({ enforceRateLimits: false, tokenLifetimeSeconds: 100_000_000 });
  const world = createLawsWorld(simulator, connectionString, clientId);
  const counts = { operations: 0, ours: 0, others: 0, faultsStruck: 0, ends: {} as Record<string, number> };
  const broken: BrokenRun[] = [];
  for (let from = first; from < first + runs; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, first + runs - from) }, (_, index) => from + index);
    const batch = await Promise.all(numbers.map((number) => world.addRun(number, seed * 100_003 + number)));
    await liveThrough(world, batch, seededRandom(seed * 7 + from), options.steps ?? 12);
    counts.faultsStruck += control.faults.list().reduce((sum, { struck }) => sum + struck, 0);
    await comeToRest(world, batch);
    for (const run of batch) {
      const operations = await listAll(run);
      const actions = control.machineActions.list(run.tenantId);
      const laws = [...run.broken, ...brokenLaws({ ...run, clientId, operations, actions })];
      if (laws.length > 0)
        broken.push({ seed, run: run.number, laws, trace: run.trace, actions: actions.map(inWords).toReversed() });
      counts.operations += operations.length;
      counts.ours += actions.filter(({ requestor }) => requestor === clientId).length;
      counts.others += actions.filter(({ requestor }) => requestor !== clientId).length;
      for (const operation of operations) {
        const end = toEnd(operation);
        counts.ends[end] = (counts.ends[end] ?? 0) + 1;
      }
    }
    control.log.clear();
  }
  const { operations, ends, ours, others, faultsStruck } = counts;
  return { seed, runs, operations, ends, actions: { ours, others }, faultsStruck, broken, errors: world.errors };
}

const pauses = [secondMs, secondMs, 5 * secondMs, 20 * secondMs, minuteMs, minuteMs, minuteMs, 5 * minuteMs, hourMs];

/** Things happen, time passes, and both instances carry on, sometimes all of it at once. */
async function liveThrough(
  { control, instances }: LawsWorld,
  batch: readonly RunOfLaws[],
  random: () => number,
  steps: number,
): Promise<void> {
  const everywhere = async (): Promise<void> => {
    await Promise.all(
      batch.map(async (run) => {
        const at = new Date(control.clock.now()).toISOString();
        run.trace.push(`${at} ${await happen(run)}`);
      }),
    );
  };
  for (let step = 0; step < steps; step += 1) {
    const isAtOnce = random() < 0.5;
    if (!isAtOnce) await everywhere();
    await Promise.all([...instances.map((work) => drain(work)), ...(isAtOnce ? [everywhere()] : [])]);
    for (const run of batch) run.broken.push(...(await brokenOnTheWay(run)));
    control.clock.advance(pauses[Math.floor(random() * pauses.length)] ?? minuteMs);
  }
}

function drain(work: RunOfLaws['instances'][number]): Promise<unknown> {
  return work.drain('actions', { budgetMs: 45_000 });
}

/** An operation is over, or somebody comes back to it. */
async function brokenOnTheWay(run: RunOfLaws): Promise<readonly string[]> {
  if (!run.chance(0.25)) return [];
  const operations = await listAll(run);
  return operations
    .filter(({ status, nextAttemptAt }) => isFinished(status) === (nextAttemptAt !== undefined))
    .map(({ id, status, nextAttemptAt }) => `${id}: ${status}, due ${nextAttemptAt}`);
}

/** Nothing is in the way any more: everything must end by itself. */
async function comeToRest({ control, instances }: LawsWorld, batch: readonly RunOfLaws[]): Promise<void> {
  control.faults.clear();
  for (const run of batch) {
    const { tenantId } = run;
    await run.setPolicy({});
    await run.connect('Connected');
    control.machineActions.clearScript(tenantId);
    control.machineActions.configure(tenantId, { isOffline: false, isRestricted: false });
    run.trace.push(`${new Date(control.clock.now()).toISOString()} nothing is in the way any more`);
  }
  const waits = [...repeat(minuteMs, 3), ...repeat(10 * minuteMs, 4), ...repeat(hourMs, 5), ...repeat(minuteMs, 3)];
  for (const waitMs of waits) {
    for (const run of batch) endWhatNeverEnds(run);
    control.clock.advance(waitMs);
    await Promise.all(instances.map((work) => drain(work)));
  }
}

/** Some of Defender's actions were to stay as they are for ever. */
function endWhatNeverEnds({ control, tenantId }: RunOfLaws): void {
  for (const { id, status, creationDateTimeUtc } of control.machineActions.list(tenantId)) {
    const isOld = control.clock.now() - Date.parse(creationDateTimeUtc) > 5 * minuteMs;
    if (isOld && (status === 'Pending' || status === 'InProgress')) control.machineActions.complete(tenantId, id);
  }
}

function repeat(value: number, times: number): readonly number[] {
  return Array.from({ length: times }, () => value);
}

async function listAll({ instances, tenantId }: RunOfLaws): Promise<readonly Operation[]> {
  const listed = await instances[0]?.list(tenantId, { kind: 'Action' }, { limit: 100 });
  return (listed?.operations ?? []).toReversed();
}

function inWords(action: MachineActionResource): string {
  const { id, type, machineId, status, requestor, requestorComment: comment, scope } = action;
  const times = `${action.creationDateTimeUtc} to ${action.lastUpdateDateTimeUtc}`;
  return [times, machineId.slice(0, 1), type, scope ?? '', status, requestor, comment ?? '', id].join(' ');
}

function toEnd({ status, error, result }: Operation): string {
  const way = result?.joined === true ? 'joined' : result?.canceledInstead !== undefined ? 'canceled instead' : '';
  return [status, error?.code ?? '', way, result?.reverses === undefined ? '' : '(release)'].filter(Boolean).join(' ');
}
