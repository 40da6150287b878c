import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Breaker } from '../../../shared/callbacks/breaker.ts';
import { admit, afterAttempt, toCallbackStatus, untried } from '../../../shared/callbacks/breaker.ts';
import type { DeliveryVerdict } from '../../../shared/callbacks/delivery-result.ts';

const second = 1_000;
const minute = 60 * second;
const day = 1_440 * minute;
const startMs = 1_763_632_800_000;

/** Attempts `everyMs` apart, the first at `startMs`. */
function after(verdicts: string, everyMs = second, from: Breaker = untried): Breaker {
  const word: Record<string, DeliveryVerdict> = { s: 'Delivered', f: 'TheirFailure', o: 'OurFailure', g: 'Gone' };
  return [...verdicts].reduce((breaker, letter, i) => {
    return afterAttempt(breaker, word[letter] ?? 'OurFailure', startMs + i * everyMs);
  }, from);
}

/** Waits until it may probe, then probes at that moment. */
function probe(breaker: Breaker, verdict: DeliveryVerdict): Breaker {
  const nowMs = 'untilMs' in breaker ? breaker.untilMs : Number.NaN;
  const admission = admit(breaker, nowMs);
  if (admission.admission !== 'Go') throw new Error(`Not admitted: ${admission.admission}`);
  return afterAttempt(admission.breaker, verdict, nowMs);
}

describe('opening', () => {
  test.each([
    ['9 failures', 'f'.repeat(9), 'Closed'],
    ['10 failures', 'f'.repeat(10), 'Open'],
    ['7 of 10 failed', 'sssfffffff', 'Open'],
    ['6 of 10 failed', 'ssssffffff', 'Closed'],
    ['the last 14 of 20 failed', 'ssssss' + 'f'.repeat(14), 'Open'],
    ['the last 13 of 20 failed', 'sssssss' + 'f'.repeat(13), 'Closed'],
    ['100 successes', 's'.repeat(100), 'Closed'],
    ['100 failures of ours', 'o'.repeat(100), 'Closed'],
    ['ours do not dilute theirs', 'ofofofofofofofofofof', 'Open'],
  ])('%s', (_, verdicts, state) => {
    expect(after(verdicts).state).toBe(state);
  });

  test('10 failures in more than five minutes leave it closed', () => {
    expect(after('f'.repeat(200), 34 * second).state).toBe('Closed');
    expect(after('f'.repeat(10), 29 * second).state).toBe('Open');
  });

  test('what is kept stays small', () => {
    const breaker = after('s'.repeat(5_000));
    expect(breaker.state === 'Closed' && breaker.slots.length).toBeLessThanOrEqual(10);
    expect(JSON.parse(JSON.stringify(breaker))).toEqual(breaker);
  });
});

describe('while open', () => {
  const open = after('f'.repeat(10));
  const openedMs = startMs + 9 * second;

  test('waits 30 s, then lets one probe through, and no other until that one can be over', () => {
    expect(admit(open, openedMs + 30 * second - 1)).toEqual({ admission: 'Wait', untilMs: openedMs + 30 * second });
    const admission = admit(open, openedMs + 30 * second);
    expect(admission).toMatchObject({ admission: 'Go', breaker: { state: 'Probing' } });
    if (admission.admission !== 'Go') return;
    expect(admit(admission.breaker, openedMs + 30 * second)).toEqual({ admission: 'Wait', untilMs: openedMs + minute });
    expect(admit(admission.breaker, openedMs + minute)).toMatchObject({ admission: 'Go' });
  });

  test('failed probes: 30 s, doubling to ten minutes', () => {
    let breaker = open;
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      waits.push(breaker.state === 'Open' ? breaker.openForMs / second : 0);
      breaker = probe(breaker, 'TheirFailure');
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600, 600]);
  });

  test('a probe that goes well closes it, with nothing left of the past', () => {
    const closed = probe(probe(open, 'TheirFailure'), 'Delivered');
    expect(closed).toMatchObject({ state: 'Closed', slots: [] });
    expect(after('f'.repeat(9), second, closed).state).toBe('Closed');
  });

  test('a probe that never left says nothing: another follows', () => {
    const probing = probe(open, 'OurFailure');
    expect(probing.state).toBe('Probing');
    expect(admit(probing, openedMs + minute)).toMatchObject({ admission: 'Go' });
  });

  test('attempts that began before it opened: a failure changes nothing, a success closes it', () => {
    expect(afterAttempt(open, 'TheirFailure', openedMs + second)).toEqual(open);
    expect(afterAttempt(open, 'Delivered', openedMs + second).state).toBe('Closed');
  });
});

describe('disabled', () => {
  test('by 410, at once and for good', () => {
    for (const breaker of [untried, after('s'), after('f'.repeat(10))]) {
      const gone = afterAttempt(breaker, 'Gone', startMs);
      expect(gone).toMatchObject({ state: 'Disabled', reason: 'gone' });
      expect(admit(gone, startMs + 100 * day)).toEqual({ admission: 'Never', reason: 'gone' });
      expect(afterAttempt(gone, 'Delivered', startMs)).toBe(gone);
    }
  });

  test('after five days without a success', () => {
    const failing = after('sf');
    const firstFailureMs = startMs + second;
    expect(afterAttempt(failing, 'TheirFailure', firstFailureMs + 5 * day - 1).state).toBe('Closed');
    expect(afterAttempt(failing, 'TheirFailure', firstFailureMs + 5 * day)).toMatchObject({
      state: 'Disabled',
      reason: 'no_success',
      lastSuccessAtMs: startMs,
    });
  });

  test('a success in between starts the five days anew', () => {
    const mended = afterAttempt(after('f'), 'Delivered', startMs + 4 * day);
    const failing = afterAttempt(mended, 'TheirFailure', startMs + 5 * day);
    expect(afterAttempt(failing, 'TheirFailure', startMs + 9 * day).state).toBe('Closed');
  });

  test('quiet is no failure, and neither is a fault of ours', () => {
    expect(afterAttempt(after('s'), 'TheirFailure', startMs + 100 * day).state).toBe('Closed');
    expect(afterAttempt(after('f'), 'OurFailure', startMs + 100 * day).state).toBe('Closed');
  });
});

test.each([
  ['untried', untried, 'Active'],
  ['a success', after('s'), 'Active'],
  ['a failure', after('sf'), 'Failing'],
  ['a failure that was mended', after('fs'), 'Active'],
  ['open', after('f'.repeat(10)), 'Failing'],
  ['gone', after('g'), 'Disabled'],
] as const)('status of the caller document: %s', (_, breaker, status) => {
  expect(toCallbackStatus(breaker)).toBe(status);
});

test('whatever happens: it admits, or says until when it waits; and an address that works is never shut out', () => {
  const step = fc.record({
    verdict: fc.constantFrom<DeliveryVerdict>('Delivered', 'TheirFailure', 'OurFailure'),
    waitMs: fc.nat({ max: 20 * minute }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let breaker: Breaker = untried;
      let nowMs = startMs;
      for (const { verdict, waitMs } of steps) {
        nowMs += waitMs;
        const admission = admit(breaker, nowMs);
        if (admission.admission === 'Wait') {
          expect(admission.untilMs - nowMs).toBeGreaterThan(0);
          expect(admission.untilMs - nowMs).toBeLessThanOrEqual(10 * minute);
        }
        if (admission.admission === 'Go') breaker = afterAttempt(admission.breaker, verdict, nowMs);
        if (verdict === 'Delivered' && admission.admission === 'Go') expect(breaker.state).toBe('Closed');
      }
    }),
    { numRuns: 300 },
  );
});
