import { describe, expect, it } from 'vitest';
import { inputsOf, isReconciliationDue, syncDue } from '../../../../functions/indicator-sync/plan/sync-due.ts';
import type { FeedMark } from '../../../../functions/indicator-sync/plan/sync-due.ts';
import { unknownState } from '../../../../functions/indicator-sync/plan/sync-state.ts';
import type { SyncState } from '../../../../functions/indicator-sync/plan/sync-state.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import { toNewTenant } from '../../../../shared/registry/tenant-record.ts';
import { dayMs, hourMs, minuteMs } from '../../../builders/work.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const at = (ms: number) => new Date(nowMs + ms).toISOString();

describe('syncDue', () => {
  const settled: SyncState = { ...unknownState, inputs: 'same', lastSyncAt: at(0), lastReconciledAt: at(0) };
  it.each<[string, SyncState | undefined, ReturnType<typeof syncDue>]>([
    ['a tenant that was never synced', undefined, 'never synced'],
    ['nothing changed', settled, undefined],
    ['a feed or the policy changed', { ...settled, inputs: 'other' }, 'inputs changed'],
    ['a renewal in the future', { ...settled, nextDueAtMs: nowMs + 1 }, undefined],
    ['a renewal now', { ...settled, nextDueAtMs: nowMs }, 'time'],
    ['a list read more than a day ago', { ...settled, lastReconciledAt: at(-dayMs) }, 'reconciliation'],
    ['refused a minute ago', { ...settled, refusedAt: at(-minuteMs) }, undefined],
    ['refused a minute ago, a renewal is due', { ...settled, refusedAt: at(-minuteMs), nextDueAtMs: 0 }, undefined],
    [
      'refused a minute ago, a list is due',
      { ...settled, refusedAt: at(-minuteMs), lastReconciledAt: at(-2 * dayMs) },
      undefined,
    ],
    [
      'refused a minute ago, then something changed',
      { ...settled, inputs: 'other', refusedAt: at(-minuteMs) },
      'inputs changed',
    ],
    ['refused an hour ago', { ...settled, refusedAt: at(-hourMs) }, 'refused'],
    ['refused at its first sync, an hour ago', { ...unknownState, inputs: 'same', refusedAt: at(-hourMs) }, 'refused'],
  ])('%s', (_, state, expected) => {
    expect(syncDue(tenantId, 'same', { state, nowMs })).toBe(expected);
  });
});

describe('inputsOf', () => {
  const tenant = toNewTenant(tenantId, tenantInputSchema.parse({}));
  const mark: FeedMark = { feedId: 'a', feed: { tenants: 'All' }, etag: '"1"', version: 1 };
  const other: FeedMark = { ...mark, feedId: 'b', feed: { tenants: [tenantId] } };
  const foreign: FeedMark = { ...mark, feedId: 'c', feed: { tenants: ['6f1c0000-0000-4000-8000-00000000a002'] } };
  const base = inputsOf(tenant, [mark, other]);

  it.each([
    ['the order of feeds', tenant, [other, mark]],
    ['a feed of other tenants', tenant, [mark, other, foreign]],
    [
      'another scenario’s policy',
      { ...tenant, policy: { ...tenant.policy, queries: { allowed: true } } },
      [mark, other],
    ],
    [
      'its name, its check, its pause',
      { ...tenant, displayName: 'X', paused: true, connectedAt: at(0) },
      [mark, other],
    ],
  ])('does not change with %s', (_, changed, marks) => {
    expect(inputsOf(changed, marks)).toBe(base);
  });

  it.each<[string, typeof tenant, FeedMark[]]>([
    ['a version', tenant, [{ ...mark, version: 2 }, other]],
    ['a feed’s document', tenant, [{ ...mark, etag: '"2"' }, other]],
    ['a feed less', tenant, [mark]],
    ['a feed that is offered no more', tenant, [mark, { ...other, feed: { tenants: [] } }]],
    [
      'the policy',
      { ...tenant, policy: { ...tenant.policy, indicators: { ...tenant.policy.indicators, reserve: 1 } } },
      [mark, other],
    ],
  ])('changes with %s', (_, changed, marks) => {
    expect(inputsOf(changed, marks)).not.toBe(base);
  });

  it('changes with the partner’s own names', () => {
    expect(inputsOf(tenant, [mark, other], { ownNames: ['contoso.example'] })).not.toBe(base);
  });
});

describe('reconciliation', () => {
  const ids = Array.from({ length: 960 }, (_, i) => `6f1c0000-0000-4000-8000-${String(i).padStart(12, '0')}`);

  it('is due at once for a tenant whose list was never read', () => {
    expect(ids.every((id) => isReconciliationDue(id, undefined, nowMs))).toBe(true);
  });

  it('comes once a day and tenant, at a time of its own', () => {
    for (const id of ids.slice(0, 20)) {
      let readAtMs = nowMs;
      const times: number[] = [];
      for (let ms = nowMs; ms < nowMs + 5 * dayMs; ms += minuteMs) {
        if (!isReconciliationDue(id, new Date(readAtMs).toISOString(), ms)) continue;
        times.push(ms);
        readAtMs = ms;
      }
      expect(times).toHaveLength(5);
      expect(new Set(times.map((ms) => ms % dayMs)).size).toBe(1);
    }
  });

  it('is spread over the day: 960 tenants, all read at once, never more than a few in a quarter of an hour', () => {
    const due = Array.from({ length: 96 }, (_, quarter) => {
      const [fromMs, toMs] = [nowMs + quarter * 15 * minuteMs, nowMs + (quarter + 1) * 15 * minuteMs];
      const readAt = at(0);
      return ids.filter((id) => !isReconciliationDue(id, readAt, fromMs) && isReconciliationDue(id, readAt, toMs))
        .length;
    });
    expect(due.reduce((sum, count) => sum + count, 0)).toBe(960);
    expect(Math.max(...due)).toBeLessThan(25);
    expect(due.filter((count) => count === 0).length).toBeLessThan(3);
  });
});
