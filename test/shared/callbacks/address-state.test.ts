import { describe, expect, test } from 'vitest';
import { admitTo, afterDelivery, afterVerifying, toCallbackState } from '../../../shared/callbacks/address-state.ts';
import type { AddressState } from '../../../shared/callbacks/address-state.ts';
import type { DeliveryResult } from '../../../shared/callbacks/delivery-result.ts';

const url = 'https://soar.contoso.example/hooks/mde';
const otherUrl = 'https://siem.contoso.example/hooks/mde';
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const at = '2026-11-20T10:00:00Z';
const minuteMs = 60_000;
const yes = { isVerified: true } as const;
const no = { isVerified: false, detail: 'Answer 404.' } as const;
const status = (code: number): DeliveryResult => ({ kind: 'Answered', status: code });

const verified = afterVerifying(undefined, { url, verdict: yes, nowMs });
const deliver = (known: AddressState | undefined, result: DeliveryResult, afterMs = 0): AddressState | undefined =>
  afterDelivery(known, { url, result, nowMs: nowMs + afterMs });

describe('what the caller document shows', () => {
  test.each<[string, AddressState | undefined, object]>([
    ['an address nobody asked yet', undefined, { status: 'Unverified' }],
    ['one that wants callbacks', verified, { status: 'Active', lastSuccessAt: at }],
    ['another address than the one that is known', { ...verified, url: otherUrl }, { status: 'Unverified' }],
    [
      'one that did not answer as it should',
      afterVerifying(undefined, { url, verdict: no, nowMs }),
      { status: 'Unverified', lastFailure: { at, detail: 'Answer 404.' } },
    ],
    [
      'one that fails',
      deliver(verified, status(500)),
      { status: 'Failing', lastSuccessAt: at, lastFailure: { at, detail: 'Answered 500.' } },
    ],
    [
      'one that works again',
      deliver(deliver(verified, status(500)), status(204)),
      { status: 'Active', lastSuccessAt: at, lastFailure: { at, detail: 'Answered 500.' } },
    ],
    [
      'one that wants nothing more',
      deliver(verified, status(410)),
      { status: 'Disabled', lastSuccessAt: at, lastFailure: { at, detail: 'Answered 410.' } },
    ],
  ])('%s', (_, known, shown) => {
    expect(toCallbackState(known, url)).toEqual(shown);
  });
});

describe('verifying', () => {
  test('opens an address that was given up', () => {
    const gone = deliver(verified, status(410));
    const again = afterVerifying(gone, { url, verdict: yes, nowMs: nowMs + minuteMs });
    expect(toCallbackState(again, url)).toMatchObject({ status: 'Active', lastSuccessAt: '2026-11-20T10:01:00Z' });
  });

  test('that fails takes nothing from an address that said yes before: what it misses stays a dead letter', () => {
    const gone = deliver(verified, status(410));
    const again = afterVerifying(gone, { url, verdict: no, nowMs });
    expect(toCallbackState(again, url)).toMatchObject({ status: 'Disabled', lastFailure: { detail: 'Answer 404.' } });
  });

  test('of another address begins anew', () => {
    const other = afterVerifying(verified, { url: otherUrl, verdict: no, nowMs });
    expect(toCallbackState(other, otherUrl)).toMatchObject({ status: 'Unverified' });
    expect(toCallbackState(other, url)).toEqual({ status: 'Unverified' });
  });
});

describe('admission', () => {
  const failing = (times: number): AddressState | undefined =>
    Array.from({ length: times }).reduce<AddressState | undefined>((known) => deliver(known, status(500)), verified);

  test('nothing before the address is verified, nor to another one', () => {
    const unverified = { admission: 'Unverified' };
    expect(admitTo(undefined, url, nowMs)).toEqual({ admission: unverified, next: undefined });
    expect(admitTo(verified, otherUrl, nowMs).admission).toEqual(unverified);
    expect(admitTo(afterVerifying(undefined, { url, verdict: no, nowMs }), url, nowMs).admission).toEqual(unverified);
  });

  test('a healthy address needs nothing written down', () => {
    const asked = admitTo(verified, url, nowMs);
    expect(asked.admission.admission).toBe('Go');
    expect(asked.next).toBe(verified);
  });

  test('an open breaker lets one probe through, and keeps it', () => {
    const open = failing(10);
    expect(admitTo(open, url, nowMs).admission).toEqual({ admission: 'Wait', untilMs: nowMs + 30_000 });
    const probe = admitTo(open, url, nowMs + 30_000);
    expect(probe.admission.admission).toBe('Go');
    expect(admitTo(probe.next, url, nowMs + 30_001).admission.admission).toBe('Wait');
    expect(toCallbackState(deliver(probe.next, status(200), 31_000), url).status).toBe('Active');
  });

  test('a disabled address takes nothing', () => {
    expect(admitTo(deliver(verified, status(410)), url, nowMs).admission).toEqual({
      admission: 'Never',
      reason: 'gone',
    });
  });
});

describe('what is written down', () => {
  test('a success once a minute while there is no failure', () => {
    expect(deliver(verified, status(204), 59_999)).toBe(verified);
    expect(deliver(verified, status(204), minuteMs)).toMatchObject({ breaker: { lastSuccessAtMs: nowMs + minuteMs } });
  });

  test('every success while there are failures to weigh it against', () => {
    const failed = deliver(verified, status(500));
    const mended = deliver(failed, status(204));
    expect(mended).not.toBe(failed);
    expect(deliver(mended, status(204), 1)).not.toBe(mended);
  });

  test('nothing of an address that is another by now, was forgotten, or was not called', () => {
    expect(deliver(undefined, status(500))).toBeUndefined();
    const other = { ...verified, url: otherUrl };
    expect(deliver(other, status(410))).toBe(other);
    expect(deliver(verified, { kind: 'NotSent', reason: 'No key.' })).toBe(verified);
  });
});
