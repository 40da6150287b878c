import { describe, expect, test } from 'vitest';
import { createRateWindows } from './rate-windows.ts';

const caller = { tenantId: 't', clientId: 'c', quota: 'indicatorsBatchDelete' } as const; // 30 a minute, 1,500 an hour
const hour = Date.parse('2026-11-20T10:00:00Z');

describe('rate windows', () => {
  test('the 31st request of a minute waits for its end; the next minute is free', () => {
    const rates = createRateWindows();
    const take = (nowMs: number): number | undefined => rates.take(caller, { nowMs, isEnforced: true });
    for (let i = 0; i < 30; i++) expect(take(hour + 30_000)).toBeUndefined();
    expect(take(hour + 30_000)).toBe(30);
    expect(take(hour + 59_999)).toBe(1);
    expect(take(hour + 60_000)).toBeUndefined();
    expect(rates.counts()).toEqual([
      {
        ...{ ...caller, requests: 33, rejected: 2 },
        minute: { limit: 30, highestFixed: 32, highestSliding: 33 },
        hour: { limit: 1_500, highestFixed: 33, highestSliding: 33 },
      },
    ]);
  });

  test('a full hour waits for the end of the hour', () => {
    const rates = createRateWindows();
    const take = (nowMs: number): number | undefined => rates.take(caller, { nowMs, isEnforced: true });
    for (let i = 0; i < 1_500; i++) expect(take(hour + Math.floor(i / 30) * 60_000)).toBeUndefined();
    expect(take(hour + 50 * 60_000)).toBe(600);
    expect(take(hour + 3_600_000)).toBeUndefined();
  });

  test('tenants, apps and rows have windows of their own; import has no hourly figure', () => {
    const rates = createRateWindows();
    for (let i = 0; i < 30; i++) rates.take(caller, { nowMs: hour, isEnforced: true });
    const others = [{ tenantId: 'u' }, { clientId: 'd' }, { quota: 'indicatorsImport' }] as const;
    for (const other of others)
      expect(rates.take({ ...caller, ...other }, { nowMs: hour, isEnforced: true })).toBeUndefined();
    expect(rates.counts().find(({ quota }) => quota === 'indicatorsImport')?.hour.limit).toBeNull();
  });

  test('counts without refusing when not enforced', () => {
    const rates = createRateWindows();
    for (let i = 0; i < 40; i++) expect(rates.take(caller, { nowMs: hour + i, isEnforced: false })).toBeUndefined();
    expect(rates.counts()).toMatchObject([{ requests: 40, rejected: 0, minute: { highestSliding: 40 } }]);
  });

  test('a sliding window sees what two fixed ones hide', () => {
    const rates = createRateWindows();
    for (const nowMs of [hour + 59_000, hour + 59_500, hour + 60_500, hour + 119_100])
      rates.take(caller, { nowMs, isEnforced: true });
    expect(rates.counts()).toMatchObject([{ minute: { highestFixed: 2, highestSliding: 3 } }]);
  });
});
