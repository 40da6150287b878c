import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeliveryResult } from '../../../shared/callbacks/delivery-result.ts';
import { toFailureDetail, verdictOf } from '../../../shared/callbacks/delivery-result.ts';
import { nextDelivery } from '../../../shared/callbacks/next-delivery.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const createdAtMs = 1_763_632_809_000;

const answered = (status: number, retryAfterMs?: number): DeliveryResult =>
  retryAfterMs === undefined ? { kind: 'Answered', status } : { kind: 'Answered', status, retryAfterMs };
const unreachable: DeliveryResult = { kind: 'Unreachable', reason: 'No answer in 15 s.' };
const notSent: DeliveryResult = { kind: 'NotSent', reason: 'No secret.' };

/** Fails with these answers one after the other, the last one for ever; the delays in between, and how it ended. */
function run(results: readonly DeliveryResult[], random = 0.5) {
  const delays: number[] = [];
  let nowMs = createdAtMs;
  for (let attempts = 1; attempts < 100; attempts += 1) {
    const result = results[Math.min(attempts, results.length) - 1] ?? unreachable;
    const next = nextDelivery({ attempts, createdAtMs, nowMs, random }, result);
    if (next.next !== 'Later') return { delays, next, attempts, tookMs: nowMs - createdAtMs };
    delays.push(next.dueAtMs - nowMs);
    nowMs = next.dueAtMs;
  }
  throw new Error('It never ended.');
}

describe('whose failure', () => {
  test.each([
    ['Delivered', [200, 201, 202, 204, 206, 299]],
    ['TheirFailure', [300, 301, 302, 304, 307, 308, 400, 404, 408, 409, 422, 429, 500, 502, 503, 504, 599]],
    ['Gone', [410]],
  ])('%s', (verdict, statuses) => {
    expect(statuses.map((status) => verdictOf(answered(status)))).toEqual(statuses.map(() => verdict));
  });

  test('not reached is theirs, not sent is ours', () => {
    expect([unreachable, notSent].map(verdictOf)).toEqual(['TheirFailure', 'OurFailure']);
  });

  test('in words', () => {
    expect([answered(500), unreachable].map(toFailureDetail)).toEqual(['Answered 500.', 'No answer in 15 s.']);
  });
});

describe('the full schedule', () => {
  const full = [5 * second, 30 * second, 2 * minute, 5 * minute, 15 * minute, 30 * minute].concat(
    [1, 2, 5, 10, 14, 20, 24].map((hours) => hours * hour),
  );
  test.each([
    ['500', answered(500)],
    ['503', answered(503)],
    ['408', answered(408)],
    ['429', answered(429)],
    ['a redirect', answered(302)],
    ['a status nobody foresaw', answered(418)],
    ['no connection', unreachable],
  ])('%s: 14 attempts in 76 h 52 m 35 s', (_, result) => {
    expect(run([result])).toEqual({
      delays: full,
      attempts: 14,
      tookMs: 76 * hour + 52 * minute + 35 * second,
      next: { next: 'GivenUp', code: 'attempts_exhausted' },
    });
  });

  test.each([
    [0, 0.8],
    [0.5, 1],
    [0.999999999, 1.2],
  ])('chance %d makes a wait %d times as long', (random, factor) => {
    expect(run([unreachable], random).delays.map((ms) => ms / 1000)).toEqual(
      full.map((ms) => expect.closeTo((ms * factor) / 1000, 2)),
    );
  });
});

describe('the slow lane', () => {
  const slow = [5 * minute, hour, 5 * hour, 14 * hour];
  test.each([400, 401, 403, 404, 405, 413, 415, 422])('%i: four more attempts in 20 h 5 m', (status) => {
    for (const random of [0, 0.25, 0.5, 0.75, 0.999]) {
      const { delays, attempts, next } = run([answered(status)], random);
      expect(delays).toEqual(slow.map((ms) => Math.round(ms * (0.8 + 0.4 * random))));
      expect([attempts, next]).toEqual([5, { next: 'GivenUp', code: 'attempts_exhausted' }]);
    }
  });

  test('a receiver that is being deployed: quick failures do not use the lane up', () => {
    const { delays } = run([answered(502), answered(502), answered(502), answered(502), answered(404)]);
    expect(delays).toEqual([5 * second, 30 * second, 2 * minute, 5 * minute, hour, 5 * hour, 14 * hour]);
  });

  test('a callback that lay with us for days still gets all of it', () => {
    const old = { attempts: 1, createdAtMs, nowMs: createdAtMs + 3 * day, random: 0.5 };
    expect(nextDelivery(old, answered(404))).toEqual({
      next: 'Later',
      dueAtMs: old.nowMs + 5 * minute,
      isAttemptFailed: true,
    });
  });

  test('never more than 14 attempts in all', () => {
    const late = { attempts: 14, createdAtMs, nowMs: createdAtMs + minute, random: 0 };
    expect(nextDelivery(late, answered(404))).toEqual({ next: 'GivenUp', code: 'attempts_exhausted' });
  });
});

describe('Retry-After', () => {
  const first = { attempts: 1, createdAtMs, nowMs: createdAtMs, random: 0.5 };
  test.each([
    ['longer than the step: in full', 503, 2 * hour, 2 * hour],
    ['shorter than the step: the step', 429, second, 5 * second],
    ['zero', 503, 0, 5 * second],
    ['a day', 429, day, day],
    ['more than a day: a day', 503, 30 * day, day],
    ['in the slow lane too', 404, 2 * hour, 2 * hour],
  ])('%s', (_, status, retryAfterMs, waitMs) => {
    expect(nextDelivery(first, answered(status, retryAfterMs))).toEqual({
      next: 'Later',
      dueAtMs: createdAtMs + waitMs,
      isAttemptFailed: true,
    });
  });

  test('does not bring back what is given up', () => {
    const last = { ...first, attempts: 14 };
    expect(nextDelivery(last, answered(503, hour))).toEqual({ next: 'GivenUp', code: 'attempts_exhausted' });
  });
});

describe('ends', () => {
  const first = { attempts: 1, createdAtMs, nowMs: createdAtMs, random: 0 };
  test('2xx delivers', () => expect(nextDelivery(first, answered(204))).toEqual({ next: 'Delivered' }));
  test('2xx at the last attempt delivers', () =>
    expect(nextDelivery({ ...first, attempts: 14 }, answered(200))).toEqual({ next: 'Delivered' }));
  test('410 disables the address', () =>
    expect(nextDelivery(first, answered(410))).toEqual({ next: 'GivenUp', code: 'callback_disabled' }));
});

describe('a failure of ours', () => {
  const at = (ageMs: number) => ({ attempts: 14, createdAtMs, nowMs: createdAtMs + ageMs, random: 0.5 });
  test('is no attempt, whatever the count', () => {
    expect(nextDelivery(at(hour), notSent)).toEqual({
      next: 'Later',
      dueAtMs: createdAtMs + hour + minute,
      isAttemptFailed: false,
    });
  });
  test('is given up after five days', () => {
    expect(nextDelivery(at(5 * day), notSent)).toEqual({ next: 'GivenUp', code: 'not_sent' });
  });
});

test('whatever the receiver does: it ends, never in the past, within 14 attempts', () => {
  const status = fc.integer({ min: 300, max: 599 }).filter((it) => it !== 410);
  const result = fc.oneof(
    status.map((it) => answered(it)),
    fc.tuple(status, fc.nat({ max: 3 * day })).map(([it, retryAfterMs]) => answered(it, retryAfterMs)),
    fc.constant(unreachable),
  );
  fc.assert(
    fc.property(
      fc.array(result, { minLength: 1, maxLength: 14 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (all, random) => {
        const { delays, attempts } = run(all, random);
        expect(attempts).toBeLessThanOrEqual(14);
        expect(attempts).toBeGreaterThanOrEqual(5);
        expect(delays.every((ms) => ms >= 4 * second && ms <= 24 * hour * 1.2)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
