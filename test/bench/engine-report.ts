import type { Tables } from '../../shared/tables.client.ts';
import type { FaultyProxy } from '../local/faulty-proxy.ts';
import type { Outside } from './engine-outside.ts';
import type { FaultRun } from './engine-run.ts';

/** What came of it. The first five must be 0. */
export interface FaultReport {
  /** Accepted and never ended. */
  readonly lost: number;
  /** Operations that ended more than once, by the events of their ends. */
  readonly endedTwice: number;
  /** Replays that gave another operation, or conflicting payloads that were not told. */
  readonly wrongAnswers: number;
  /** Work items and names that nobody owns, failed alerts without their dead letter, operations that are not listed once. */
  readonly leftOver: number;
  /** Effects made again though no worker lost its claim while alive. */
  readonly unexplainedRepeats: number;
  readonly operations: number;
  readonly effectsRepeated: number;
  readonly claimsLostAlive: number;
  /** Ended `attempts_exhausted`: killed or cut off eight times. Rare, and right. */
  readonly givenUp: number;
  readonly kills: number;
  readonly faults: FaultyProxy['counts'];
  readonly seconds: number;
}

/** What the callers were told. */
export interface Answers {
  readonly ids: ReadonlySet<string>;
  readonly wrong: number;
}

/** Counts what is in the tables, and what the outside saw. */
export async function toReport(all: {
  readonly run: FaultRun;
  readonly answers: Answers;
  readonly outside: Outside;
  readonly tables: Tables;
  readonly kills: number;
  readonly faults: FaultyProxy['counts'];
  readonly startedMs: number;
}): Promise<FaultReport> {
  const { answers, outside } = all;
  const rows: Record<string, unknown>[] = [];
  for await (const row of all.tables('work').listEntities<Record<string, unknown>>()) rows.push(row);
  const family = (prefix: string) => rows.filter((row) => String(row['rowKey']).startsWith(prefix));
  const operations = family('o|');
  const ended = new Map(operations.map((row) => [String(row['id']), String(row['status'])]));
  const listed = new Set(family('l|').map((row) => row['id']));
  const letters = new Set(family('d|').map((row) => row['id']));
  const dead = operations.filter((row) => row['kind'] === 'Alert' && row['status'] === 'Failed');
  const effectsRepeated = [...outside.effects.values()].reduce((sum, count) => sum + count - 1, 0);
  return {
    lost: [...answers.ids].filter((id) => !/^(Succeeded|Failed)$/.test(ended.get(id) ?? '')).length,
    endedTwice: [...outside.ends.values()].filter((events) => events.size !== 1).length,
    wrongAnswers: answers.wrong + (operations.length - all.run.operations) + (answers.ids.size - all.run.operations),
    leftOver:
      family('q|').length +
      family('e|').length +
      Math.abs(letters.size - dead.length) +
      dead.filter((row) => !letters.has(row['id'])).length +
      Math.abs(listed.size - operations.length) +
      (family('l|').length - listed.size),
    unexplainedRepeats: Math.max(0, effectsRepeated - outside.claimsLostAlive()),
    operations: operations.length,
    effectsRepeated,
    claimsLostAlive: outside.claimsLostAlive(),
    givenUp: [...ended.values()].filter((status) => status === 'Failed').length,
    kills: all.kills,
    faults: { ...all.faults },
    seconds: Math.round((performance.now() - all.startedMs) / 100) / 10,
  };
}
