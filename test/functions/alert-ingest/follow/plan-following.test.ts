import { describe, expect, it } from 'vitest';
import {
  isSameCursor,
  movedOn,
  nameOf,
  observing,
  overlap,
  startAt,
} from '../../../../functions/alert-ingest/follow/alert-cursor.ts';
import type { AlertCursor } from '../../../../functions/alert-ingest/follow/alert-cursor.ts';
import { planFollowing } from '../../../../functions/alert-ingest/follow/plan-following.ts';
import { planObserved } from '../../../../functions/alert-ingest/follow/plan-observed.ts';
import type { ObservedFrom } from '../../../../functions/alert-ingest/follow/plan-observed.ts';
import type { Subscriber } from '../../../../shared/callbacks/plan-callbacks.ts';
import { callbackEventSchema } from '../../../../shared/contract/callback-event.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import { defenderChangedAlertSchema, graphChangedAlertSchema } from '../../../../shared/defender/changed-alert.ts';
import type { ChangedAlert } from '../../../../shared/defender/changed-alert.ts';
import { toNewTenant } from '../../../../shared/registry/tenant-record.ts';
import { ticksPerMs, toTicks } from '../../../../shared/ticks.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000n * ticksPerMs;
const now = BigInt(nowMs) * ticksPerMs;
const alertAt = (lastUpdateTime: string, more: Partial<ChangedAlert> = {}): ChangedAlert => ({
  ...{ alertId: 'da1_1', lastUpdateTime, severity: 'High', status: 'New', classification: undefined },
  ...{ determination: undefined, assignedTo: undefined, machineId: undefined, comments: [] },
  ...more,
});

describe('planFollowing', () => {
  const caller = (
    events: 'All' | readonly ('alert.updated' | 'alert.observed' | 'action.failed')[],
    more: object = {},
  ) =>
    ({
      ...{ callerId: 'soar', tenants: 'All', feeds: [] },
      callback: { url: 'https://soar.contoso.example/', events, status: 'Active', ...more },
    }) as Subscriber;
  const day = 86_400_000;
  it.each<readonly [string, readonly Subscriber[], Record<string, number>, string, readonly object[]]>([
    ['nobody listens', [], { Defender: nowMs }, 'Low', []],
    ['nothing is there', [caller('All')], {}, 'Off', []],
    ['alerts of ours', [caller('All')], { Defender: nowMs }, 'Off', [{ via: 'Defender', isUpdateTold: true }]],
    ['alerts of ours in Graph', [caller('All')], { Graph: nowMs }, 'Off', [{ via: 'Graph', isUpdateTold: true }]],
    ['old alerts', [caller('All')], { Defender: nowMs - 180 * day }, 'Off', []],
    ['alerts that are not so old', [caller('All')], { Defender: nowMs - 179 * day }, 'Off', [{ via: 'Defender' }]],
    ['all alerts', [caller('All')], {}, 'Low', [{ via: 'Defender', isUpdateTold: false, observedFrom: 'Low' }]],
    [
      'others alone',
      [caller(['alert.observed'])],
      { Defender: nowMs },
      'Low',
      [{ isUpdateTold: false, observedFrom: 'Low' }],
    ],
    [
      'all alerts, of which Graph has some of ours',
      [caller(['alert.observed'])],
      { Graph: nowMs },
      'High',
      [
        { via: 'Defender', isUpdateTold: false, observedFrom: 'High' },
        { via: 'Graph', isUpdateTold: false, observedFrom: 'High' },
      ],
    ],
    ['ours alone', [caller(['alert.updated'])], { Defender: nowMs }, 'Low', [{ via: 'Defender', isUpdateTold: true }]],
    ['another event', [caller(['action.failed'])], { Defender: nowMs }, 'Low', []],
    ['an address that is not verified', [caller('All', { status: 'Unverified' })], { Defender: nowMs }, 'Low', []],
    [
      'an address that fails',
      [caller('All', { status: 'Failing' })],
      { Defender: nowMs },
      'Off',
      [{ isUpdateTold: true }],
    ],
  ])('%s', (_name, subscribers, linkedAt, observe, expected) => {
    const tenant = toNewTenant(tenantId, tenantInputSchema.parse({ policy: { alerts: { observe } } }));
    const linkedAtMs = new Map(Object.entries(linkedAt).map(([via, ms]) => [`${tenantId}|${via}`, ms]));
    const followed = planFollowing(tenant, { subscribers, linkedAtMs, nowMs });
    expect(followed).toMatchObject(expected);
    expect(followed).toHaveLength(expected.length);
  });
});

describe('planObserved', () => {
  const cursor: AlertCursor = { at: now, observedSince: now, seen: [] };
  const since = '2026-11-20T10:00:00.0000000Z';
  const observed = (alert: ChangedAlert, from: ObservedFrom, over: AlertCursor = cursor) =>
    planObserved([alert], over, { tenantId, from });

  it.each<readonly [string | undefined, ObservedFrom, boolean]>([
    ['High', 'High', true],
    ['Medium', 'High', false],
    ['Medium', 'Low', true],
    ['Informational', 'Low', false],
    ['Informational', 'Informational', true],
    ['UnSpecified', 'Informational', true],
    ['UnSpecified', 'Low', false],
    [undefined, 'Informational', true],
  ])('%s from %s on: %s', (severity, from, isTold) => {
    const events = observed(alertAt(since, { severity }), from);
    expect(events).toHaveLength(isTold ? 1 : 0);
    for (const event of events) callbackEventSchema.parse(event);
  });

  it('leaves out what was before, and what was seen', () => {
    expect(observed(alertAt('2026-11-20T09:59:59.9999999Z'), 'Low')).toEqual([]);
    const seen: AlertCursor = { ...cursor, seen: [[nameOf(alertAt(since)), now]] };
    expect(observed(alertAt(since), 'Low', seen)).toEqual([]);
    expect(observed(alertAt('2026-11-20T10:00:00.0000001Z'), 'Low', seen)).toHaveLength(1);
    expect(observed(alertAt(since), 'Low', startAt(nowMs))).toEqual([]);
  });
});

describe('the cursor', () => {
  const cursor: AlertCursor = { ...startAt(nowMs), observedSince: now };
  it('moves to the last change, and keeps what will be read again', () => {
    const alerts = [alertAt('2026-11-20T10:01:00Z'), alertAt('2026-11-20T10:20:00.0000005Z')];
    const moved = movedOn(cursor, { alerts, nowMs: nowMs + 3_600_000 });
    expect(moved.at).toBe(toTicks('2026-11-20T10:20:00.0000005Z'));
    expect(moved.seen).toEqual([[nameOf(alertAt('2026-11-20T10:20:00.0000005Z')), moved.at]]);
    expect(overlap).toBe(10n * minute);
  });

  it('moves to the end of a window without changes', () => {
    expect(movedOn(cursor, { alerts: [], to: now + minute, nowMs: nowMs + 120_000 }).at).toBe(now + minute);
  });

  it('goes neither back nor ahead of the clock', () => {
    expect(movedOn(cursor, { alerts: [alertAt('2026-11-20T09:00:00Z')], nowMs }).at).toBe(now);
    expect(movedOn(cursor, { alerts: [alertAt('2099-01-01T00:00:00Z')], nowMs: nowMs + 60_000 }).at).toBe(now + minute);
  });

  it('observes from shortly before it is asked to until it is not', () => {
    const { observedSince: _since, ...off } = cursor;
    expect(observing(off, true, nowMs + 1).observedSince).toBe(now + ticksPerMs - overlap);
    expect(observing(cursor, true, nowMs + 1)).toBe(cursor);
    expect(observing({ ...cursor, seen: [['x', now]] }, false, nowMs)).toEqual(off);
  });

  it('is the same when nothing of it changed', () => {
    expect(isSameCursor(cursor, movedOn(cursor, { alerts: [], nowMs }))).toBe(true);
    expect(isSameCursor(cursor, { ...cursor, seen: [['x', now]] })).toBe(false);
  });
});

describe('an alert as it is read', () => {
  it('is in Defender’s words, whoever gives it', () => {
    const times = { createdTime: '2026-11-20T10:01:00Z' };
    const defender = defenderChangedAlertSchema.parse({
      ...{ id: 'da1_1', lastUpdateTime: '2026-11-20T10:02:00Z', severity: 'High', status: 'InProgress' },
      ...{ classification: null, determination: null, assignedTo: null, machineId: 'a'.repeat(40), title: 'x' },
      comments: [{ comment: 'c', createdBy: 'ana@example.test', ...times }],
    });
    const graph = graphChangedAlertSchema.parse({
      ...{ id: 'da1_1', lastUpdateDateTime: '2026-11-20T10:02:00Z', severity: 'high', status: 'inProgress' },
      ...{ classification: 'unknown', determination: 'unknown', assignedTo: null, title: 'x' },
      evidence: [{ sha256: 'x' }, { mdeDeviceId: null }, { mdeDeviceId: 'A'.repeat(40) }],
      comments: [{ comment: 'c', createdByDisplayName: 'ana@example.test', createdDateTime: times.createdTime }],
    });
    expect(graph).toEqual(defender);
    const compromised = { id: 'x_aml', lastUpdateDateTime: times.createdTime, determination: 'compromisedAccount' };
    expect(graphChangedAlertSchema.parse(compromised)).toMatchObject({ determination: 'CompromisedUser' });
    expect(defender).toMatchObject({ machineId: 'a'.repeat(40), comments: [{ comment: 'c', ...times }] });
  });

  it.each([undefined, null, [], 'none', [{ mdeDeviceId: 'none' }]])('has no machine in evidence %j', (evidence) => {
    const alert = { id: 'da1_1', lastUpdateDateTime: '2026-11-20T10:02:00Z', evidence };
    expect(graphChangedAlertSchema.parse(alert).machineId).toBeUndefined();
  });
});
