import { describe, expect, test } from 'vitest';
import { UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { CarryOutcome } from '../../../shared/work/carry.ts';
import { backoffMs, beforeStep, nextAttempt } from '../../../shared/work/next-attempt.ts';
import type { StoredOperation } from '../../../shared/work/rows/stored-operation.ts';

const nowMs = 1_000_000_000;
const minuteMs = 60_000;

function stored(fields: Partial<StoredOperation> = {}): StoredOperation {
  return {
    ...{ tenantId: 't', id: 'op_x', kind: 'Action', status: 'Running', version: 3, attempts: 0 },
    ...{
      createdAtMs: 0,
      updatedAtMs: 0,
      packedRequest: {},
      signals: {},
      fingerprint: 'f',
      acceptNonce: 'a',
      nonce: 'n',
    },
    ...{ isCancelRequested: false, intents: 0, hasReachedDefender: false, neverGivesUp: false },
    ...fields,
  };
}

const after = (outcome: CarryOutcome, attempts = 1, of = stored()) =>
  nextAttempt(of, { outcome }, { attempts, nowMs, jitter: 0.5 });
const afterThrow = (thrown: unknown, attempts = 1, of = stored()) =>
  nextAttempt(of, { thrown }, { attempts, nowMs, jitter: 0.5 });

describe('backoff', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
    [6, 32],
    [7, 60],
    [50, 60],
  ])('after %i failed tries: %i minutes, give or take 20 %%', (attempts, minutes) => {
    expect(backoffMs(attempts, 0.5)).toBe(minutes * minuteMs);
    expect(backoffMs(attempts, 0)).toBe(minutes * minuteMs * 0.8);
    expect(backoffMs(attempts, 0.999_999_999)).toBeCloseTo(minutes * minuteMs * 1.2, -2);
  });
});

describe('after a step', () => {
  test.each([
    ['Done', { outcome: 'Done' }, 'Succeeded'],
    ['Failed', { outcome: 'Failed', error: { code: 'machine_not_found', message: '' } }, 'Failed'],
    ['Canceled', { outcome: 'Canceled' }, 'Canceled'],
    ['Later', { outcome: 'Later', dueAtMs: nowMs + 1, stage: 'Pending' }, 'Later'],
  ] as const)('that returned %s the try is given back', (_name, outcome, to) => {
    expect(after(outcome, 3)).toMatchObject({ to, attempts: 2 });
  });

  test('that failed, says the carry, the try stays counted, and backs off at least as long as it would', () => {
    const later = { outcome: 'Later', dueAtMs: nowMs + 1, stage: 'Submitting', isAttemptFailed: true } as const;
    expect(after(later, 3)).toMatchObject({ to: 'Later', attempts: 3, dueMs: nowMs + 4 * minuteMs, isAdvanced: false });
    expect(after({ ...later, dueAtMs: nowMs + 9e6 }, 3)).toMatchObject({ dueMs: nowMs + 9e6 });
  });

  test('a refusal is final, with its reason and Microsoft’s ids', () => {
    const refused = new UpstreamRefused('defender_refused', 'No.', {
      defenderCode: 'InvalidInput',
      upstream: { requestId: 'r' },
    });
    expect(afterThrow(refused, 1, stored({ upstream: { alertId: 'a' } }))).toEqual({
      ...{ to: 'Failed', attempts: 1, progress: { upstream: { alertId: 'a', requestId: 'r' } } },
      error: { code: 'defender_refused', message: 'No.', defenderCode: 'InvalidInput' },
    });
  });

  test.each([
    ['unavailable', { retryAfterMs: 5_000 }, { attempts: 1, dueMs: nowMs + minuteMs }],
    ['unavailable for long', { retryAfterMs: 600_000 }, { attempts: 1, dueMs: nowMs + 600_000 }],
    ['throttled', { retryAfterMs: 5_000, throttled: true }, { attempts: 0, dueMs: nowMs + 5_000 }],
  ])('%s: later', (_name, more, expected) => {
    expect(afterThrow(new UpstreamUnavailable('', more))).toMatchObject({
      to: 'Later',
      isAdvanced: false,
      ...expected,
    });
  });

  test('throttling never ends an operation, however often', () => {
    const throttled = new UpstreamUnavailable('', { retryAfterMs: 1, throttled: true });
    expect(afterThrow(throttled, 8)).toMatchObject({ to: 'Later', attempts: 7 });
  });

  test.each([
    ['a bug', new TypeError('x is not a function')],
    ['an outage', new UpstreamUnavailable('', { retryAfterMs: 1 })],
  ])('%s ends it with the 8th try', (_name, thrown) => {
    expect(afterThrow(thrown, 7)).toMatchObject({ to: 'Later', attempts: 7 });
    expect(afterThrow(thrown, 8)).toMatchObject({ to: 'Failed', attempts: 8, error: { code: 'attempts_exhausted' } });
    expect(afterThrow(thrown, 8, stored({ neverGivesUp: true }))).toMatchObject({ to: 'Later', attempts: 8 });
  });

  test.each([NaN, Infinity])('a due time of %d is a bug of the carry', (dueAtMs) => {
    expect(after({ outcome: 'Later', dueAtMs, stage: 'Pending' })).toMatchObject({
      to: 'Later',
      attempts: 1,
      dueMs: nowMs + minuteMs,
    });
  });

  test.each([
    ['nothing was sent', {}, nowMs + 10],
    ['an intent was written', { intents: 1 }, nowMs + 500],
    ['it is in Defender', { hasReachedDefender: true }, nowMs + 500],
  ])('a wait past the last moment ends at it, if %s', (_name, fields, dueMs) => {
    const waiting = { outcome: 'Later', dueAtMs: nowMs + 500, stage: 'AwaitingApproval' } as const;
    expect(after(waiting, 1, stored({ submitByMs: nowMs + 10, ...fields }))).toMatchObject({ dueMs });
  });
});

describe('before a step', () => {
  const before = (fields: Partial<StoredOperation>, attempts = 1) => beforeStep(stored(fields), { attempts, nowMs });

  test.each([
    ['in time', { submitByMs: nowMs + 1 }],
    ['in Defender already', { submitByMs: nowMs - 1, hasReachedDefender: true, intents: 1 }],
    ['perhaps in Defender: only the carry can tell', { submitByMs: nowMs - 1, intents: 1 }],
    ['being canceled, but perhaps sent', { isCancelRequested: true, intents: 1 }],
  ])('goes on when %s', (_name, fields) => {
    expect(before(fields)).toBeUndefined();
  });

  test.each([
    ['too late', { submitByMs: nowMs }, { to: 'Failed', attempts: 0, error: { code: 'expired' } }],
    ['too late, though it never gives up', { submitByMs: nowMs, neverGivesUp: true }, { to: 'Failed' }],
    ['canceled before anything was sent', { isCancelRequested: true }, { to: 'Canceled', attempts: 0 }],
  ])('ends when %s', (_name, fields, verdict) => {
    expect(before(fields)).toMatchObject(verdict);
  });

  test('ends when eight tries never ended: what kills the process does so no ninth time', () => {
    expect(before({}, 8)).toBeUndefined();
    expect(before({}, 9)).toMatchObject({ to: 'Failed', attempts: 8, error: { code: 'attempts_exhausted' } });
    expect(before({ neverGivesUp: true }, 9)).toBeUndefined();
  });
});
