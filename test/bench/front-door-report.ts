import type { Tables } from '../../shared/tables.client.ts';
import { fromOperationRow } from '../../shared/work/rows/operation-row.ts';
import type { ReceivedCallback } from '../local/received-callbacks.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { percentile } from './load.ts';
import type { Traffic } from './front-door-traffic.ts';
import { toMachineId, toTenantId } from './front-door-world.ts';

/** What must be 0. */
export interface Violations {
  /** Accepted, and not there or not finished. */
  readonly lost: number;
  /** Accepted and ended otherwise than `Succeeded`, unless it was given up. */
  readonly failed: number;
  /** Operations beyond one for each accepted request. */
  readonly doubled: number;
  /** The tag is not on the machine, or was put there more than once (of what was given up: only the latter). */
  readonly notOnce: number;
  /** Calls to Defender made again after the tag was there, though no worker lived to lose its claim. */
  readonly unexplainedRepeats: number;
  /** Ends told under more than one version, or not told, or not the version the operation has. */
  readonly changedTwice: number;
  /** Answers that were not as the contract says. */
  readonly wrongAnswers: number;
  readonly withoutRetryAfter: number;
  /** Work items, names and list rows that nobody owns or that are missing. */
  readonly leftOver: number;
  /** 1 when nine in ten and a half of the quiet tenants' requests took longer than the flooding one's. */
  readonly quietStarved: number;
}

/** How long from the request to the tag, in seconds of the fast clock. */
export interface Completion {
  readonly operations: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface Findings {
  readonly violations: Violations;
  /** Ended `attempts_exhausted`: killed, frozen or cut off eight times. As the contract says; by error code what failed. */
  readonly ends: Readonly<Record<string, number>>;
  readonly repeats: number;
  readonly completion: { readonly quiet: Completion; readonly flood: Completion };
  readonly examples: readonly string[];
}

export interface Evidence {
  readonly traffic: Traffic;
  readonly tables: Tables;
  readonly simulator: Simulator;
  readonly callbacks: readonly ReceivedCallback[];
  readonly claimsLostAlive: number;
  readonly withoutRetryAfter: number;
}

type Row = Record<string, unknown>;

/** So many operations of one tenant, of three calls each, meet Defender's limit of 1,500 an hour. With fewer, nobody has to wait for anybody, and the slower ones are so by chance. */
const tellingFlood = 500;

/** Counts in the tables, in Defender's log and among the callbacks what became of each accepted request. */
export async function toFindings(evidence: Evidence): Promise<Findings> {
  const { traffic, simulator } = evidence;
  const { operations, others, listed } = await readRows(evidence.tables);
  const calls = toCalls(simulator);
  const isTagged = toTagged(simulator, traffic);
  const ends = toEnds(evidence.callbacks);
  const ids = new Set(traffic.accepted.map(({ operationId }) => operationId));
  const examples: string[] = [...traffic.wrong, ...others.slice(0, 5).map((key) => `left over: ${key}`)];
  const count = (what: string, isWrong: (one: Traffic['accepted'][number]) => boolean): number => {
    const found = traffic.accepted.filter(isWrong);
    examples.push(...found.slice(0, 3).map(({ operationId, index }) => `${what}: ${operationId} (${index})`));
    return found.length;
  };
  const endOf = (id: string): string => toEnd(operations.get(id));
  const isGivenUp = (id: string): boolean => endOf(id) === 'attempts_exhausted';
  const applied = (index: number): number => calls.get(toMachineId(index))?.filter((call) => call.applied).length ?? 0;
  const repeats = [...calls.values()].reduce((sum, made) => sum + repeatsIn(made), 0);
  const completion = toCompletion(traffic, calls);
  const { quiet, flood } = completion;
  const violations: Violations = {
    lost: count('lost', ({ operationId }) => endOf(operationId) === 'none'),
    failed: count('failed', ({ operationId }) => !/^(?:none|Succeeded|attempts_exhausted)$/.test(endOf(operationId))),
    doubled: operations.size - ids.size + (traffic.accepted.length - ids.size),
    notOnce: count('not once', ({ index, operationId }) =>
      isGivenUp(operationId) ? applied(index) > 1 : applied(index) !== 1 || !isTagged(index),
    ),
    unexplainedRepeats: Math.max(0, repeats - evidence.claimsLostAlive),
    changedTwice: count('changed twice', ({ operationId }) => {
      const told = [...(ends.get(operationId) ?? [])];
      return told.length !== 1 || told[0] !== Number(operations.get(operationId)?.['version']);
    }),
    wrongAnswers: traffic.wrong.length,
    withoutRetryAfter: evidence.withoutRetryAfter,
    leftOver: others.length + Math.abs(listed - operations.size),
    quietStarved: flood.operations >= tellingFlood && quiet.p95 > flood.p95 ? 1 : 0,
  };
  const ended: Record<string, number> = {};
  for (const id of ids) ended[endOf(id)] = (ended[endOf(id)] ?? 0) + 1;
  return { violations, ends: ended, repeats, completion, examples: examples.slice(0, 20) };
}

/** How an operation ended: `Succeeded`, or the code of its error; `none` when it has not, or is not there. */
function toEnd(row: Row | undefined): string {
  if (row === undefined) return 'none';
  const { status, error } = fromOperationRow(row);
  if (status === 'NotStarted' || status === 'Running') return 'none';
  return error?.code ?? status;
}

async function readRows(tables: Tables): Promise<{ operations: Map<string, Row>; others: string[]; listed: number }> {
  const operations = new Map<string, Row>();
  const others: string[] = [];
  let listed = 0;
  for await (const row of tables('work').listEntities<Row>()) {
    const key = String(row.rowKey);
    // Syncs that a timer began are no part of the run: operation, work item, and the name that is theirs while they run.
    if ((row['kind'] !== undefined && row['kind'] !== 'Action') || /^(?:q\|sync\||e\|IndicatorSync$)/.test(key))
      continue;
    if (key.startsWith('o|')) operations.set(key.slice(2), row);
    else if (key.startsWith('l|')) listed += 1;
    else others.push(key);
  }
  return { operations, others, listed };
}

interface TagCall {
  readonly applied: boolean;
  readonly atMs: number;
}

/** The calls that put a tag on a machine, in the order of their arrival. */
function toCalls({ control }: Simulator): Map<string, TagCall[]> {
  const calls = new Map<string, TagCall[]>();
  for (const { path, applied, at } of control.log.entries({ method: 'POST', path: '/api/machines/*/tags' })) {
    const machineId = path.split('/')[3] ?? '';
    calls.set(machineId, [...(calls.get(machineId) ?? []), { applied, atMs: Date.parse(at) }]);
  }
  return calls;
}

function repeatsIn(calls: readonly TagCall[]): number {
  const first = calls.findIndex(({ applied }) => applied);
  return first < 0 ? 0 : calls.length - 1 - first;
}

function toTagged({ control }: Simulator, { accepted }: Traffic): (index: number) => boolean {
  const tags = new Map<string, readonly string[]>();
  for (const tenantId of new Set(accepted.map(({ call }) => call.tenantId))) {
    for (const { id, machineTags } of control.machines.list(tenantId)) tags.set(id, machineTags);
  }
  return (index) => tags.get(toMachineId(index))?.join() === `case-${index}`;
}

/** Per operation the versions under which its end was told. */
function toEnds(callbacks: readonly ReceivedCallback[]): Map<string, Set<number>> {
  const ends = new Map<string, Set<number>>();
  for (const { event } of callbacks) {
    const { type, data } = event as { readonly type: string; readonly data: Row };
    if (!/^action\.(?:succeeded|failed|canceled)$/.test(type)) continue;
    const id = String(data['operationId']);
    ends.set(id, (ends.get(id) ?? new Set()).add(Number(data['version'])));
  }
  return ends;
}

function toCompletion({ accepted }: Traffic, calls: ReadonlyMap<string, readonly TagCall[]>): Findings['completion'] {
  const secondsOf = (isFlood: boolean): Completion => {
    const seconds = accepted
      .filter(({ call }) => (call.tenantId === toTenantId(0)) === isFlood)
      .flatMap(({ index, sentAtMs }) => {
        const call = calls.get(toMachineId(index))?.find(({ applied }) => applied);
        return call === undefined ? [] : [(call.atMs - sentAtMs) / 1000];
      });
    const [p50, p95, max] = [0.5, 0.95, 1].map((share) => Math.round(percentile(seconds, share)));
    return { operations: seconds.length, p50: p50 ?? 0, p95: p95 ?? 0, max: max ?? 0 };
  };
  return { quiet: secondsOf(false), flood: secondsOf(true) };
}
