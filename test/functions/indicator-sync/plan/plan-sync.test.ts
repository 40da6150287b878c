import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planSync } from '../../../../functions/indicator-sync/plan/plan-sync.ts';
import type { PlanInput } from '../../../../functions/indicator-sync/plan/plan-sync.ts';
import type { Selection } from '../../../../functions/indicator-sync/plan/select-indicators.ts';
import { toLedger } from '../../../../shared/indicators/ledger/ledger.ts';
import type { Ledger, LedgerEntry } from '../../../../shared/indicators/ledger/ledger.ts';
import { ledgerAfterWrites } from '../../../../shared/indicators/ledger/next-ledger.ts';
import type { SyncPlan } from '../../../../shared/indicators/ledger/sync-plan.ts';
import { fingerprintOf } from '../../../../shared/indicators/wanted-row.ts';
import type { WantedRow } from '../../../../shared/indicators/wanted-row.ts';
import type { TenantRow } from '../../../../functions/indicator-sync/plan/tenant-rows.ts';
import { applyPlan, listRows, modelTenant } from '../../../builders/model-tenant.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const appId = '0b7c0000-0000-4000-8000-0000000000aa';

function want(indicatorValue: string, more: Partial<WantedRow> = {}): WantedRow {
  return {
    ...{
      indicatorType: 'DomainName',
      indicatorValue,
      action: 'Block',
      severity: 'Medium',
      title: 'T',
      description: 'D',
    },
    ...{
      generateAlert: true,
      rbacGroupNames: [],
      owners: ['phishing'],
      lifeMs: 30 * day,
      confidence: 50,
      sinceMs: 0,
      why: 'phishing: …',
    },
    ...more,
  };
}

function held(row: WantedRow, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const { indicatorType, indicatorValue, action, owners } = row;
  return {
    ...{
      indicatorType,
      indicatorValue,
      action,
      owners,
      indicatorId: `id-${indicatorValue}`,
      fingerprint: fingerprintOf(row),
    },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z' },
    ...more,
  };
}

function shown(row: WantedRow, more: Partial<TenantRow> = {}): TenantRow {
  const { indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames } = row;
  return {
    ...{ indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames },
    ...{ indicatorId: `id-${indicatorValue}`, createdBy: appId, expirationTime: '2026-12-20T10:00:00Z' },
    ...more,
  };
}

const others = (value: string, more: Partial<TenantRow> = {}) =>
  shown(want(value), { createdBy: 'ana@example.test', indicatorId: `other-${value}`, ...more });

function select(wanted: readonly WantedRow[], more: Partial<Selection> = {}): Selection {
  return { wanted, leftOut: [], excepted: [], endings: new Map(), ...more };
}

function plan(wanted: readonly WantedRow[], ledger: readonly LedgerEntry[], more: Partial<PlanInput> = {}): SyncPlan {
  const base = { selection: select(wanted), ledger: toLedger(ledger), appId, limit: 15_000, reserve: 1000, now };
  return planSync({ ...base, ...more });
}

function brief({ add, change, renew, remove, unchanged, forget }: SyncPlan) {
  const values = (rows: readonly { readonly row: WantedRow }[]) => rows.map(({ row }) => row.indicatorValue);
  return {
    ...(add.length > 0 ? { add: values(add) } : {}),
    ...(change.length > 0 ? { change: values(change) } : {}),
    ...(renew.length > 0 ? { renew: values(renew) } : {}),
    ...(remove.length > 0 ? { remove: remove.map(({ indicatorId }) => indicatorId) } : {}),
    ...(unchanged.length > 0 ? { unchanged: unchanged.map(({ indicatorValue }) => indicatorValue) } : {}),
    ...(forget.length > 0 ? { forget: forget.map(({ indicatorValue }) => indicatorValue) } : {}),
  };
}

const a = want('a.example');
const b = want('b.example');

describe('believing the ledger', () => {
  test('add what is new, remove what nobody wants, leave the rest', () => {
    const result = plan([a, b], [held(a), held(want('c.example'))], {
      selection: select([a, b], {
        endings: new Map([['DomainName|c.example', 'gone from phishing since 2026-11-18']]),
      }),
    });
    expect(brief(result)).toEqual({ add: ['b.example'], remove: ['id-c.example'], unchanged: ['a.example'] });
    expect(result.add[0]).toMatchObject({ expirationTime: '2026-12-20T10:00:00Z', replaces: [] });
    expect(result.remove[0]?.why).toBe('gone from phishing since 2026-11-18');
    expect(result.nextDueAtMs).toBe(now + 15 * day);
    expect(result.needsActual).toBe(false);
  });

  test.each<[string, Partial<WantedRow>]>([
    ['action', { action: 'Warn' }],
    ['severity', { severity: 'High' }],
    ['title', { title: 'New' }],
    ['alert', { generateAlert: false }],
    ['technique', { mitreTechniques: ['T1071'] }],
    ['device group', { rbacGroupNames: ['Laptops'] }],
  ])('another %s is a change: imported first, the old row goes only if it has another id', (_, more) => {
    const result = plan([{ ...a, ...more }], [held(a)]);
    expect(brief(result)).toEqual({ change: ['a.example'] });
    expect(result.change[0]).toMatchObject({ replaces: ['id-a.example'], since: '2026-11-20T10:00:00Z' });
  });

  test('another owner or order of device groups needs no call', () => {
    const grouped = { ...a, rbacGroupNames: ['x', 'y'] };
    const result = plan([{ ...grouped, rbacGroupNames: ['y', 'x'], owners: ['phishing', 'z'] }], [held(grouped)]);
    expect(brief(result)).toEqual({ unchanged: ['a.example'] });
    expect(result.unchanged[0]?.owners).toEqual(['phishing', 'z']);
  });

  test('a row that has expired is gone: written again if wanted, else forgotten', () => {
    const expired = { expirationTime: '2026-11-20T10:00:00Z' };
    expect(brief(plan([a], [held(a, expired), held(b, expired)]))).toEqual({
      add: ['a.example'],
      forget: ['b.example'],
    });
  });

  test('a mark that a crash left asks for the list', () => {
    const { indicatorId: _, ...unknown } = held(b, { pending: true });
    const result = plan([a], [held(a, { pending: true }), unknown]);
    expect(result.needsActual).toBe(true);
    expect(brief(result)).toEqual({ change: ['a.example'], unchanged: ['b.example'] });
  });

  test('nothing is wanted and nothing held: never due', () => {
    expect(plan([], [])).not.toHaveProperty('nextDueAtMs');
  });
});

describe('expiry', () => {
  const ends = (ms: number) => ({ expirationTime: new Date(ms).toISOString() });
  test.each<[string, Partial<WantedRow>, number, 'renew' | 'unchanged', number]>([
    ['just before half of its life', {}, now + 15 * day + 1000, 'unchanged', now + 1000],
    ['at half of its life', {}, now + 15 * day, 'renew', now + 15 * day],
    ['that ends with its item', { notAfterMs: now + 5 * day }, now + 5 * day, 'unchanged', now + 5 * day],
    ['whose item lives on', { notAfterMs: now + 20 * day }, now + 5 * day, 'renew', now + 20 * day],
    ['whose item ends sooner than it', { notAfterMs: now + 5 * day }, now + 20 * day, 'renew', now + 5 * day],
    ['whose feed now gives a shorter life', { lifeMs: 2 * day }, now + 20 * day, 'renew', now + day],
    ['whose owner lets go before', { changesAtMs: now + hour }, now + 20 * day, 'unchanged', now + hour],
  ])('a row %s', (_, more, endsAt, kind, due) => {
    const row = { ...a, ...more };
    const result = plan([row], [held(row, ends(endsAt))]);
    expect(Object.keys(brief(result))).toEqual([kind]);
    expect(result.nextDueAtMs).toBe(due);
  });

  test('a renewal never outlives the item, and is in whole seconds', () => {
    const row = { ...a, notAfterMs: now + 10 * day + 999 };
    expect(plan([row], [held(row, ends(now + day))]).renew[0]).toMatchObject({
      expirationTime: '2026-11-30T10:00:00Z',
      replaces: ['id-a.example'],
    });
  });

  test('what ends within this second is not written any more', () => {
    expect(brief(plan([{ ...a, notAfterMs: now + 500 }], []))).toEqual({});
  });
});

describe('with the list of the tenant', () => {
  test('what is there as it should be is left, whoever forgot it', () => {
    const actual = [shown(a), shown(b)];
    const result = plan([a, b], [held(a)], { actual });
    expect(brief(result)).toEqual({ unchanged: ['a.example', 'b.example'] });
    expect(result.unchanged[1]).toMatchObject({ indicatorId: 'id-b.example', fingerprint: fingerprintOf(b) });
  });

  test('what we made and nobody wants goes, in the ledger or not', () => {
    expect(brief(plan([], [held(a)], { actual: [shown(a), shown(b, { createdBy: appId.toUpperCase() })] }))).toEqual({
      remove: ['id-a.example', 'id-b.example'],
    });
  });

  test('the ledger proves a row ours by its id, whatever the list says of its maker', () => {
    const { createdBy: _, ...anonymous } = shown(a);
    expect(brief(plan([], [held(a)], { actual: [anonymous] }))).toEqual({ remove: ['id-a.example'] });
  });

  test('an id that another value has by now is not ours', () => {
    const stranger = others('z.example', { indicatorId: 'id-a.example' });
    expect(brief(plan([], [held(a)], { actual: [stranger] }))).toEqual({ forget: ['a.example'] });
  });

  test('drift: what others deleted or changed is put back', () => {
    const result = plan([a, b], [held(a), held(b)], { actual: [shown(b, { action: 'Audit' })] });
    expect(brief(result)).toEqual({ add: ['a.example'], change: ['b.example'] });
    expect(result.drift).toEqual({ missing: 1, changed: 1 });
  });

  test('a row that somebody let live forever gets its end back', () => {
    const { expirationTime: _, ...endless } = shown(a);
    expect(brief(plan([a], [held(a)], { actual: [endless] }))).toEqual({ renew: ['a.example'] });
  });

  test('a second row of ours with that value goes', () => {
    const actual = [shown(a), shown(a, { action: 'Warn', indicatorId: 'second' })];
    expect(brief(plan([a], [held(a)], { actual }))).toEqual({ remove: ['second'], unchanged: ['a.example'] });
    expect(plan([{ ...a, action: 'Audit' }], [held(a)], { actual }).change[0]?.replaces).toEqual([
      'id-a.example',
      'second',
    ]);
  });

  test('a mark is settled by what is there', () => {
    const marked = [held(a, { pending: true }), held(b, { pending: true })];
    const result = plan([a, b], marked, { actual: [shown(a)] });
    expect(brief(result)).toEqual({ add: ['b.example'], unchanged: ['a.example'] });
    expect(result.unchanged[0]).not.toHaveProperty('pending');
    expect(result).toMatchObject({ needsActual: false, drift: { missing: 0, changed: 0 } });
    expect(brief(plan([], marked, { actual: [] }))).toEqual({ forget: ['a.example', 'b.example'] });
  });
});

describe('values that others hold', () => {
  test.each<[string, TenantRow]>([
    ['as it is', others('a.example')],
    ['with another action', others('a.example', { action: 'Allowed' })],
    ['for some device groups', others('a.example', { rbacGroupNames: ['Laptops'] })],
    ['written otherwise', others('A.Example.')],
    ['made by another application', others('a.example', { createdBy: '0b7c0000-0000-4000-8000-0000000000ff' })],
  ])('are left alone: %s', (_, row) => {
    const result = plan([a, b], [], { actual: [row] });
    expect(brief(result)).toEqual({ add: ['b.example'] });
    expect(result.leftOut).toMatchObject([
      { indicatorValue: 'a.example', code: 'held_by_customer', owners: ['phishing'] },
    ]);
  });

  test('what we hold beside theirs is withdrawn', () => {
    const result = plan([a], [held(a)], { actual: [shown(a), others('a.example', { action: 'Allowed' })] });
    expect(brief(result)).toEqual({ remove: ['id-a.example'] });
    expect(result.remove[0]?.why).toContain('held_by_customer');
  });

  test('are remembered between lists', () => {
    const known = { count: 1, keys: new Set(['DomainName|a.example']) };
    expect(brief(plan([a, b], [], { others: known }))).toEqual({ add: ['b.example'] });
  });

  test('do not count once they have expired', () => {
    expect(brief(plan([a], [], { actual: [others('a.example', { expirationTime: '2026-11-20T09:00:00Z' })] }))).toEqual(
      { add: ['a.example'] },
    );
  });
});

describe('a tenant that is full', () => {
  const rows = [
    want('fresh.example', { sinceMs: 9 }),
    want('old.example', { sinceMs: 1 }),
    want('sure.example', { confidence: 90 }),
    want('low.example', { severity: 'Low', confidence: 100 }),
    want('high.example', { severity: 'High', confidence: 0 }),
  ];

  test('severity, then confidence, then freshness decide', () => {
    const result = plan(rows, [], { limit: 3, reserve: 0 });
    expect(brief(result)).toEqual({ add: ['high.example', 'sure.example', 'fresh.example'] });
    expect(result.leftOut.map((row) => [row.indicatorValue, row.code])).toEqual([
      ['old.example', 'over_capacity'],
      ['low.example', 'over_capacity'],
    ]);
  });

  test('what others hold and the reserve come first', () => {
    const actual = [others('o1.example'), others('o2.example', { indicatorType: 'WebCategory' })];
    expect(brief(plan(rows, [], { limit: 5, reserve: 1, actual }))).toEqual({ add: ['high.example', 'sure.example'] });
    expect(brief(plan(rows, [], { limit: 2, reserve: 5, actual }))).toEqual({});
  });

  test('what has lost its place is removed; of equals the one that is there stays', () => {
    const [x, y] = [want('x.example'), want('y.example')];
    expect(brief(plan([x, y], [held(y)], { limit: 1, reserve: 0 }))).toEqual({ unchanged: ['y.example'] });
    const better = want('z.example', { severity: 'High' });
    const result = plan([y, better], [held(y)], { limit: 1, reserve: 0 });
    expect(brief(result)).toEqual({ add: ['z.example'], remove: ['id-y.example'] });
    expect(result.remove[0]?.why).toContain('over_capacity');
  });
});

describe('what Defender refused', () => {
  const { ledger } = refusedLedger(a);
  test('is not sent again for a day, unless it changes', () => {
    const result = plan([a], [...ledger.values()], { now: now + hour });
    expect(brief(result)).toEqual({ unchanged: ['a.example'] });
    expect(result.leftOut).toMatchObject([{ code: 'defender_refused', failureReason: 'InvalidDomainName' }]);
    expect(result.nextDueAtMs).toBe(now + day);
    expect(brief(plan([{ ...a, title: 'New' }], [...ledger.values()], { now: now + hour }))).toEqual({
      add: ['a.example'],
    });
    expect(brief(plan([a], [...ledger.values()], { now: now + day }))).toEqual({ add: ['a.example'] });
  });

  test('is forgotten when nobody wants it, and takes no room', () => {
    expect(brief(plan([], [...ledger.values()], { now: now + hour }))).toEqual({ forget: ['a.example'] });
    expect(brief(plan([a, b], [...ledger.values()], { now: now + hour, limit: 1, reserve: 0 }))).toMatchObject({
      add: ['b.example'],
    });
  });

  test('an old row that stands beside the refusal takes its place', () => {
    const standing = [...ledger.values()].map((entry) => ({ ...entry, indicatorId: 'id-a.example' }));
    const result = plan([a, b], standing, { now: now + hour, limit: 1, reserve: 0 });
    expect(brief(result)).toEqual({ unchanged: ['a.example'] });
    expect(result.leftOut.map(({ code }) => code)).toEqual(['defender_refused', 'over_capacity']);
  });

  function refusedLedger(row: WantedRow): { ledger: Ledger } {
    const [write] = plan([row], []).add;
    return {
      ledger: ledgerAfterWrites(
        new Map(),
        write ? [{ write, outcome: { failureReason: 'InvalidDomainName' } }] : [],
        now,
      ),
    };
  }
});

describe('laws, in a model tenant', () => {
  const values = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example', 'f.example'];
  const rows = fc.uniqueArray(
    fc.record({
      indicatorValue: fc.constantFrom(...values),
      action: fc.constantFrom('Audit' as const, 'Block' as const),
      severity: fc.constantFrom('Low' as const, 'High' as const),
      title: fc.constantFrom('T', 'U'),
      lifeMs: fc.constantFrom(2 * day, 30 * day),
      rbacGroupNames: fc.constantFrom([], ['g']),
    }),
    { selector: (row) => row.indicatorValue },
  );
  const round = fc.record({
    rows: rows.map((list) => list.map(({ indicatorValue, ...more }) => want(indicatorValue, more))),
    laterMs: fc.constantFrom(hour, 3 * day, 20 * day),
    theirs: fc.subarray(values, { maxLength: 3 }),
    reserve: fc.integer({ min: 0, max: 4 }),
    isListed: fc.boolean(),
    diesAfter: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
  });

  test.each([true, false])('with action in the identity: %s', (isActionIdentity) => {
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 6 }), (rounds) => {
        const tenant = modelTenant({ limit: 6, appId, isActionIdentity });
        let ledger: Ledger = new Map();
        let time = now;
        for (const { rows: wanted, laterMs, theirs, reserve, isListed, diesAfter } of rounds) {
          time += laterMs;
          // Others do as they like, as far as there is room.
          const ours = listRows(tenant, time).filter((row) => row.createdBy === appId);
          const foreign = theirs
            .slice(0, tenant.limit - ours.length)
            .map((value) => others(value, { action: 'Allowed' }));
          const endless = foreign.map(({ expirationTime: _, ...row }) => row);
          tenant.rows = [...ours, ...endless];

          const input = { selection: select(wanted), appId, limit: tenant.limit, reserve, now: time };
          const known = {
            count: endless.length,
            keys: new Set(endless.map((row) => `DomainName|${row.indicatorValue}`)),
          };
          // The list is read when this is a day's first sync, or when the ledger says that a run died.
          const nextPlan = (wholeList: boolean): SyncPlan => {
            const believed = planSync({ ...input, ledger, others: known });
            return wholeList || believed.needsActual
              ? planSync({ ...input, ledger, actual: listRows(tenant, time) })
              : believed;
          };
          let next = nextPlan(isListed);
          for (const left of diesAfter) {
            ledger = applyPlan(tenant, { ledger, plan: next, now: time, steps: { left } });
            next = nextPlan(false);
          }
          ledger = applyPlan(tenant, { ledger, plan: next, now: time });

          const after = listRows(tenant, time);
          const mine = after.filter((row) => row.createdBy === appId);
          expect(after.filter((row) => row.createdBy !== appId)).toEqual(endless);
          expect(mine.length).toBeLessThanOrEqual(Math.max(0, tenant.limit - reserve - endless.length));
          expect(tenant.most).toBeLessThanOrEqual(tenant.limit);
          const chosen = wanted.filter((row) => mine.some((m) => m.indicatorValue === row.indicatorValue));
          expect(mine).toHaveLength(chosen.length);
          for (const row of chosen) {
            const m = mine.find((each) => each.indicatorValue === row.indicatorValue);
            expect(m).toMatchObject({ action: row.action, title: row.title, rbacGroupNames: row.rbacGroupNames });
            expect(Date.parse(m?.expirationTime ?? '')).toBeLessThanOrEqual(time + row.lifeMs + hour);
          }
          for (const again of [{ actual: after }, { others: known }]) {
            const second = planSync({ ...input, ledger, ...again });
            expect(Object.keys(brief(second)).filter((kind) => kind !== 'unchanged')).toEqual([]);
            expect(second).toMatchObject({ needsActual: false, drift: { missing: 0, changed: 0 } });
            expect(second.nextDueAtMs ?? Infinity).toBeGreaterThan(time);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
