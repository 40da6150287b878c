import { describe, expect, test } from 'vitest';
import { liveRowsOf, planDirect } from '../../../../functions/indicator-sync/plan/plan-direct.ts';
import { tenantInputSchema } from '../../../../shared/contract/tenant.ts';
import type { DirectRow } from '../../../../shared/indicators/direct/direct-row.ts';
import { toWantedDirect } from '../../../../shared/indicators/direct/direct-row.ts';
import { standingOf } from '../../../../shared/indicators/direct/direct-standing.ts';
import { toLedger } from '../../../../shared/indicators/ledger/ledger.ts';
import type { LedgerEntry } from '../../../../shared/indicators/ledger/ledger.ts';
import { fingerprintOf } from '../../../../shared/indicators/wanted-row.ts';

const now = Date.parse('2026-11-20T10:00:00Z');

function row(indicatorValue: string, more: Partial<DirectRow> = {}): DirectRow {
  return {
    ...{ indicatorType: 'DomainName', indicatorValue, action: 'Block', severity: 'High', title: 't', description: 'd' },
    ...{ generateAlert: true, confidence: 100, source: 'actions', operationId: `op_${'a'.repeat(26)}` },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z' },
    ...more,
  };
}

function held(indicatorValue: string, owners: readonly string[], more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{ indicatorType: 'DomainName', indicatorValue, action: 'Block', indicatorId: `id-${indicatorValue}`, owners },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z' },
    fingerprint: fingerprintOf(toWantedDirect(row(indicatorValue), [])),
    ...more,
  };
}

/** The plan for these rows and this ledger, as what it does with each value. */
function planned(rows: readonly DirectRow[], entries: readonly LedgerEntry[], more: object = {}, stays: string[] = []) {
  const selection = {
    ...{ wanted: rows.map((each) => toWantedDirect(each, [])), leftOut: [], excepted: [], endings: new Map() },
  };
  const input = { selection, ledger: toLedger(entries), appId: 'app', limit: 100, reserve: 0, now, ...more };
  const plan = planDirect(input, new Set(stays.map((value) => `DomainName|${value}`)));
  const names = (list: readonly { readonly indicatorValue: string }[]) => list.map((each) => each.indicatorValue);
  return {
    writes: names([...plan.add, ...plan.change, ...plan.renew].map((write) => write.row)),
    remove: names(plan.remove),
    forget: names(plan.forget),
    unchanged: plan.unchanged.map(({ indicatorValue, owners }) => `${indicatorValue} ${owners.join('+')}`),
    leftOut: plan.leftOut.map(({ indicatorValue, code }) => `${indicatorValue} ${code}`),
    needsActual: plan.needsActual,
  };
}

const nothing = { writes: [], remove: [], forget: [], unchanged: [], leftOut: [], needsActual: false };

describe('rows asked for directly while feeds are observed', () => {
  test.each<[string, Parameters<typeof planned>, Partial<typeof nothing> | object]>([
    ['are added', [[row('a')], []], { writes: ['a'] }],
    ['stay', [[row('a')], [held('a', ['actions'])]], { unchanged: ['a actions'] }],
    ['are taken out when nobody asks for them', [[], [held('a', ['actions'])]], { remove: ['a'] }],
    ['are left to who asks besides and is not live', [[], [held('a', ['actions'])], {}, ['a']], {}],
    ['are left to the feeds that own them too', [[], [held('a', ['actions', 'f'])]], { unchanged: ['a f'] }],
    ['share their row with a feed', [[row('a')], [held('a', ['f'])]], { unchanged: ['a actions+f'] }],
    ['are all that is touched', [[], [held('a', ['f']), held('b', ['f'], { pending: true })]], {}],
    [
      'are looked for when a crash left a mark',
      [[], [held('a', ['actions'], { pending: true })]],
      { needsActual: true, remove: ['a'] },
    ],
    [
      'have the room that feeds leave',
      [[row('b')], [held('a', ['f'])], { limit: 1 }],
      { leftOut: ['b over_capacity'] },
    ],
    [
      'are forgotten when they ended',
      [[], [held('a', ['actions'], { expirationTime: '2026-11-20T09:00:00Z' })]],
      { forget: ['a'] },
    ],
  ])('%s', (_name, given, expected) => {
    expect(planned(...given)).toEqual({ ...nothing, ...expected });
  });
});

describe('who is live', () => {
  const rows = [row('a'), row('b', { source: 'alerts' })];
  test.each([
    ['all are: the sync itself carries them', { actions: 'Live', alerts: 'Live', indicators: 'Live' }, undefined],
    ['actions', { actions: 'Live', alerts: 'Observe', indicators: 'Observe' }, ['a']],
    ['alerts', { actions: 'Observe', alerts: 'Live', indicators: 'Observe' }, ['b']],
    ['both', { actions: 'Live', alerts: 'Live', indicators: 'Observe' }, ['a', 'b']],
    ['nobody', { actions: 'Observe', alerts: 'Observe', indicators: 'Observe' }, undefined],
  ])('%s', (_name, modes, expected) => {
    const policies = Object.fromEntries(Object.entries(modes).map(([name, mode]) => [name, { mode }]));
    const { policy } = tenantInputSchema.parse({ policy: policies });
    expect(liveRowsOf(policy, rows)?.map(({ indicatorValue }) => indicatorValue)).toEqual(expected);
  });
});

describe('how a value stands', () => {
  const empty = {
    ...{ add: [], change: [], renew: [], remove: [], unchanged: [], forget: [], leftOut: [] },
    ...{ drift: { missing: 0, changed: 0 }, needsActual: false },
  };
  const identity = { indicatorType: 'DomainName', indicatorValue: 'a' } as const;
  const entry = held('a', ['actions']);
  const write = { row: toWantedDirect(row('a'), []), expirationTime: '', fingerprint: '', replaces: [] };
  test.each<[string, Partial<Parameters<typeof standingOf>[1]>, object]>([
    ['nothing is known', {}, { state: 'Gone' }],
    ['it is there', { ledger: toLedger([entry]) }, { state: 'Held', indicatorId: 'id-a', owners: ['actions'] }],
    ['it was sent, and no answer came', { ledger: toLedger([{ ...entry, pending: true }]) }, { state: 'Moving' }],
    ['it is to be changed', { ledger: toLedger([entry]), plan: { ...empty, change: [write] } }, { state: 'Moving' }],
    [
      'it is to go',
      { ledger: toLedger([entry]), plan: { ...empty, remove: [{ ...identity, indicatorId: 'id-a', why: '' }] } },
      { state: 'Moving' },
    ],
    ['it ended', { ledger: toLedger([entry]), plan: { ...empty, forget: [identity] } }, { state: 'Gone' }],
    [
      'it is left out',
      { plan: { ...empty, leftOut: [{ ...identity, code: 'over_capacity', owners: [], why: 'full' }] } },
      { state: 'LeftOut', code: 'over_capacity', why: 'full' },
    ],
    ['it is excepted', { excepted: [{ ...identity, reason: 'r' }] }, { state: 'Excepted', reason: 'r' }],
  ])('%s', (_name, facts, expected) => {
    expect(standingOf(identity, { ledger: new Map(), plan: empty, excepted: [], ...facts })).toMatchObject(expected);
  });
});
