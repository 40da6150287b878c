import { describe, expect, it } from 'vitest';
import { defenderIndicatorSchema, importAnswerSchema, matchResults } from '../../../shared/defender/indicator-rows.ts';

const rowOf = (indicatorValue: string) =>
  ({ indicatorValue, indicatorType: 'DomainName', action: 'Block', title: 't', description: 'd' }) as const;

const imported = (indicator: string, id: string) => ({ indicator, id, isFailed: false as const });
const failed = (indicator: string) => ({ indicator, isFailed: true as const, failureReason: 'why' });

describe('defenderIndicatorSchema', () => {
  const row = { id: '995', indicatorValue: '192.0.2.7', indicatorType: 'IpAddress', action: 'Block', severity: 'High' };

  it('fills what is absent or null', () => {
    expect(defenderIndicatorSchema.parse({ ...row, title: null, rbacGroupNames: null })).toMatchObject({
      ...row,
      title: undefined,
      generateAlert: false,
      rbacGroupNames: [],
    });
  });

  it.each([
    ['team1, team 2', ['team1', 'team 2']],
    ['', []],
    [['team1'], ['team1']],
  ])('takes the groups %j', (rbacGroupNames, expected) => {
    expect(defenderIndicatorSchema.parse({ ...row, rbacGroupNames })).toMatchObject({ rbacGroupNames: expected });
  });

  it('names what it does not know', () => {
    const strange = {
      id: 995,
      indicatorValue: 'x',
      indicatorType: 'WebCategory',
      action: 'AlertAndBlock',
      severity: null,
      new: 1,
    };
    expect(defenderIndicatorSchema.parse(strange)).toMatchObject({
      id: '995',
      indicatorType: 'Other',
      action: 'Other',
      severity: 'Other',
    });
    expect(defenderIndicatorSchema.parse({ id: '1', indicatorValue: 'x' })).toMatchObject({ action: 'Other' });
  });

  it.each([{}, { id: '1' }, { indicatorValue: 'x' }, { id: '', indicatorValue: 'x' }])('is not %j', (value) => {
    expect(defenderIndicatorSchema.safeParse(value).success).toBe(false);
  });
});

describe('importAnswerSchema', () => {
  const ok = { id: '1', indicator: 'a', isFailed: false, failureReason: null };
  it.each([
    ['too few', [ok]],
    ['no id', [ok, { ...ok, id: null }]],
    ['no word on success', [ok, { id: '2', indicator: 'b' }]],
  ])('is not an answer with %s', (_name, value) => {
    expect(importAnswerSchema(2).safeParse({ value }).success).toBe(false);
  });
});

describe('matchResults', () => {
  const rows = [rowOf('a.example'), rowOf('B.example'), rowOf('a.example')];

  it('takes the items in their order, however the value is written', () => {
    expect(matchResults(rows, [imported('a.example', '1'), failed('b.example.'), imported('A.EXAMPLE', '3')])).toEqual([
      { kind: 'imported', id: '1' },
      { kind: 'failed', failureReason: 'why' },
      { kind: 'imported', id: '3' },
    ]);
  });

  it('looks items up by value when they come in another order', () => {
    const items = [imported('b.example', '2'), imported('a.example', '1'), failed('a.example')];
    expect(matchResults(rows, items)).toEqual([
      { kind: 'imported', id: '1' },
      { kind: 'imported', id: '2' },
      { kind: 'failed', failureReason: 'why' },
    ]);
  });

  it('gives nothing when a row has no item', () => {
    expect(
      matchResults(rows, [imported('a.example', '1'), imported('a.example', '2'), imported('a.example', '3')]),
    ).toBeUndefined();
  });

  it('takes an item without a value, or with one that nobody sent, for its row’s', () => {
    const items = [imported('a.example/', '1'), { isFailed: true as const }, imported('a.example', '3')];
    expect(matchResults(rows, items)).toEqual([
      { kind: 'imported', id: '1' },
      { kind: 'failed', failureReason: '' },
      { kind: 'imported', id: '3' },
    ]);
  });
});
