import { randomUUID } from 'node:crypto';
import type { LogEvent, LogFields } from '../../shared/log.ts';
import type { Tables } from '../../shared/tables.client.ts';
import type { NewOperation } from '../../shared/work/new-operation.ts';
import type { CallbackCarry, CallbackOutcome, Carry, CarryOutcome, DueCallback } from '../../shared/work/carry.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { WorkOptions } from '../../shared/work/engine.store.ts';
import type { Accepted, Work } from '../../shared/work/work.store.ts';

export const contoso = '6f1c0000-0000-4000-8000-00000000a001';
export const fabrikam = '6f1c0000-0000-4000-8000-00000000a002';

/** A clock that stands still until it is moved. */
export interface MovedClock {
  readonly now: () => number;
  move(ms: number): void;
}

export function movedClock(startMs = Date.parse('2026-11-20T10:00:00Z')): MovedClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    move: (ms) => {
      nowMs += ms;
    },
  };
}

export interface LogLine {
  readonly event: LogEvent;
  readonly fields: LogFields | undefined;
}

export interface TestWork {
  readonly work: Work;
  readonly clock: MovedClock;
  readonly lines: readonly LogLine[];
  /** The same state through another instance, with other carries. */
  again(options: Partial<WorkOptions>): Work;
}

/** An engine over these tables, with a clock that the test moves. Every kind is carried by `carry`. */
export function testWork(tables: Tables, carry: Carry, options: Partial<WorkOptions> = {}): TestWork {
  const clock = movedClock();
  const lines: LogLine[] = [];
  const write = (event: LogEvent, fields?: LogFields): void => void lines.push({ event, fields });
  const all: WorkOptions = {
    tables,
    now: clock.now,
    newId: randomUUID,
    random: () => 0.5,
    log: { info: write, warn: write, error: write },
    wait: (ms) => Promise.resolve(clock.move(ms)),
    carryOf: () => carry,
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
    callbacksOf: () => Promise.resolve([]),
    gate: () => Promise.resolve('open'),
    ...options,
  };
  return { work: createWork(all), clock, lines, again: (other) => createWork({ ...all, ...other }) };
}

/** A carry that gives these outcomes one after the other, the last one again and again. */
export function carryOf(...outcomes: readonly CarryOutcome[]): Carry {
  let next = 0;
  return () => {
    const outcome = outcomes[Math.min(next++, outcomes.length - 1)];
    return outcome ? Promise.resolve(outcome) : Promise.reject(new Error('No outcome was given.'));
  };
}

/** A carry for tests that never get as far. */
export const noCarry: Carry = () => Promise.reject(new Error('Nothing was to be carried.'));

let made = 0;

/** A request of its own unless its fields say otherwise. */
export function newOperation(fields: Partial<NewOperation> = {}): NewOperation {
  made += 1;
  const dedupeKey = `key-${made}`;
  return {
    ...{ tenantId: contoso, kind: 'Action', callerId: 'soar', dedupeKey },
    ...{ fingerprint: `fingerprint of ${fields.dedupeKey ?? dedupeKey}`, request: { action: 'Isolate' } },
    ...fields,
  };
}

/** Accepts what must be accepted. */
export async function accepted(
  work: Work,
  fields: Partial<NewOperation> = {},
): Promise<Extract<Accepted, { outcome: 'accepted' }>> {
  const answer = await work.accept(newOperation(fields));
  if (answer.outcome !== 'accepted') throw new Error(`Not accepted but ${answer.outcome}.`);
  return answer;
}

/** One pass of a lane's timer. */
export const pass = { budgetMs: 45_000 } as const;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** A partner whose answers to callbacks are these, the last one again and again. */
export function receiver(...outcomes: readonly CallbackOutcome['outcome'][]) {
  const received: DueCallback[] = [];
  const carryCallback: CallbackCarry = (callback, { now }) => {
    const outcome = outcomes[Math.min(received.length, outcomes.length - 1)] ?? 'Done';
    received.push(callback);
    if (outcome === 'Later') return Promise.resolve({ outcome, dueAtMs: now() + 5_000, isAttemptFailed: true });
    return Promise.resolve(outcome === 'Failed' ? { outcome, code: 'endpoint_disabled' } : { outcome });
  };
  return { received, carryCallback };
}
