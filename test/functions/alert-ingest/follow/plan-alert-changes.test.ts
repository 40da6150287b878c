import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromKnownText, toKnown, toKnownText } from '../../../../functions/alert-ingest/follow/known-alert.ts';
import type { KnownAlert } from '../../../../functions/alert-ingest/follow/known-alert.ts';
import { planAlertChange } from '../../../../functions/alert-ingest/follow/plan-alert-changes.ts';
import type { LinkedAlert } from '../../../../shared/alerts/alert-link-rows.ts';
import { callbackEventSchema } from '../../../../shared/contract/callback-event.ts';
import type { AlertComment, ChangedAlert } from '../../../../shared/defender/changed-alert.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const startMs = Date.parse('2026-11-20T10:00:00Z');
const atMs = (minutes: number): number => startMs + minutes * 60_000;
const time = (minutes: number): string => new Date(atMs(minutes)).toISOString().replace('Z', '0000Z');

const link = (id: string) => ({
  ...{ tenantId, id, alertId: 'da1_1', operationId: 'op_1', via: 'Defender' as const, linkedAtMs: startMs },
});
const linked = (written: LinkedAlert['written'] = {}, ...ids: readonly string[]): LinkedAlert => ({
  ...{ tenantId, alertId: 'da1_1', via: 'Defender', written, links: (ids.length > 0 ? ids : ['f-1']).map(link) },
});
const alert = (minutes: number, more: Partial<ChangedAlert> = {}): ChangedAlert => ({
  ...{ alertId: 'da1_1', lastUpdateTime: time(minutes), severity: 'High', status: 'New', classification: undefined },
  ...{ determination: undefined, assignedTo: undefined, machineId: undefined, comments: [] },
  ...more,
});
const comment = (text: string, minutes = 1): AlertComment => ({
  ...{ comment: text, createdBy: 'ana@example.test', createdTime: time(minutes) },
});
const changedBy = (given: ReturnType<typeof planAlertChange>) =>
  given.events.flatMap((event) => (event.type === 'alert.updated' ? [event.data.changed] : []));

type Step = readonly [ChangedAlert, LinkedAlert['written']?];

/** One alert read again and again; gives what was told each time. */
function follow(...steps: readonly Step[]) {
  let known: KnownAlert | undefined;
  return steps.map(([read, written]) => {
    const change = planAlertChange(read, linked(written), known);
    known = change.known === undefined ? known : fromKnownText(toKnownText(change.known));
    for (const event of change.events) callbackEventSchema.parse(event);
    return changedBy(change).flat();
  });
}

describe('planAlertChange', () => {
  it('tells what changed, and the new values', () => {
    const { events } = planAlertChange(
      alert(5, { status: 'Resolved', determination: 'Malware', comments: [comment('Cleaned.')] }),
      linked({}, 'f-1', 'f-2'),
    );
    const data = {
      ...{ alertId: 'da1_1', changed: ['status', 'determination', 'comments'], status: 'Resolved' },
      ...{ determination: 'Malware', comments: [comment('Cleaned.')] },
    };
    expect(events).toEqual(
      ['f-1', 'f-2'].map((id) => ({ type: 'alert.updated', timestamp: time(5), tenantId, data: { ...data, id } })),
    );
  });

  it.each<readonly [string, Partial<ChangedAlert>, Partial<ChangedAlert>, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['what is told of nobody', { severity: 'High' }, { severity: 'Low' }, []],
    ['a value that went', { assignedTo: 'ana@example.test' }, {}, ['assignedTo']],
    ['another spelling', { determination: 'NotMalicious' }, { determination: 'Clean' }, []],
    ['empty text', { assignedTo: '' }, {}, []],
    ['a word that nobody knows', {}, { status: 'Escalated' }, ['status']],
    [
      'comments in another order',
      { comments: [comment('a', 1), comment('b', 2)] },
      { comments: [comment('b', 2), comment('a', 1)] },
      [],
    ],
    [
      'the same words at another time',
      { comments: [comment('a', 1)] },
      { comments: [comment('a', 1), comment('a', 2)] },
      ['comments'],
    ],
  ])('tells %s', (_name, before, after, changed) => {
    expect(follow([alert(1, before)], [alert(2, after)])[1]).toEqual(changed);
  });

  it('takes an answer that is older than what is known for what it is', () => {
    expect(follow([alert(5, { status: 'Resolved' })], [alert(3)], [alert(5, { status: 'Resolved' })])).toEqual([
      ['status'],
      [],
      [],
    ]);
  });

  const resolved = (minutes: number): LinkedAlert['written'] => ({
    status: { value: 'Resolved', atMs: atMs(minutes) },
  });
  it.each<readonly [string, readonly Step[], readonly (readonly string[])[]]>([
    ['is not told', [[alert(1)], [alert(2, { status: 'Resolved' }), resolved(2)]], [[], []]],
    ['is not told at first sight', [[alert(2, { status: 'Resolved' }), resolved(2)]], [[]]],
    [
      'is not told when it was noted once more after it was met',
      [
        [alert(1)],
        [alert(2, { status: 'Resolved' }), resolved(2)],
        [alert(3, { status: 'Resolved' }), resolved(2.01)],
        [alert(4, { status: 'New' }), resolved(2.01)],
        [alert(5, { status: 'Resolved' }), resolved(2.01)],
      ],
      [[], [], [], ['status'], ['status']],
    ],
    [
      'is told when a person does the same later',
      [
        [alert(1)],
        [alert(2, { status: 'Resolved' }), resolved(2)],
        [alert(3, { status: 'InProgress' }), resolved(2)],
        [alert(4, { status: 'Resolved' }), resolved(2)],
      ],
      [[], [], ['status'], ['status']],
    ],
    [
      'is told when a person was in between, and nobody saw it',
      [[alert(1)], [alert(3, { status: 'New' }), resolved(2)], [alert(9, { status: 'Resolved' }), resolved(2)]],
      [[], [], ['status']],
    ],
    [
      'is told when a person came first, and did something else',
      [[alert(1)], [alert(3, { status: 'InProgress' }), resolved(2)], [alert(9, { status: 'Resolved' }), resolved(2)]],
      [[], ['status'], ['status']],
    ],
    [
      'is not told the second time either',
      [
        [alert(1)],
        [alert(2, { status: 'Resolved' }), resolved(2)],
        [alert(20, { status: 'New' }), resolved(2)],
        [alert(30, { status: 'Resolved' }), resolved(30)],
      ],
      [[], [], ['status'], []],
    ],
    [
      'does not hide another field',
      [[alert(2, { status: 'Resolved', assignedTo: 'ana' }), resolved(2)]],
      [['assignedTo']],
    ],
    ['does not hide another value', [[alert(2, { status: 'InProgress' }), resolved(2)]], [['status']]],
  ])('what we wrote %s', (_name, steps, told) => {
    expect(follow(...steps)).toEqual(told);
  });

  it('does not tell comments of ours, and only those', () => {
    const ours = comment('Cleaned. [op_4k7d2mqn3xzrj5tvwy6bcafhge]', 2);
    const quoted = comment('Who wrote [op_4k7d2mqn3xzrj5tvwy6bcafhge] here?', 3);
    expect(follow([alert(2, { comments: [ours] })], [alert(3, { comments: [ours, quoted] })])).toEqual([
      [],
      ['comments'],
    ]);
    const { events } = planAlertChange(alert(3, { comments: [ours, quoted] }), linked());
    expect(events).toMatchObject([{ data: { comments: [quoted] } }]);
  });

  it('keeps no row for what did not change', () => {
    const known = toKnown(alert(1), {});
    expect(planAlertChange(alert(2, { severity: 'Low' }), linked(), known)).toEqual({ events: [] });
  });

  it('tells every change by others, once, however often it is read', () => {
    const statuses = fc.constantFrom('New', 'InProgress', 'Resolved');
    fc.assert(
      fc.property(fc.array(statuses, { maxLength: 12 }), fc.nat(2), (given, again) => {
        const reads = given.flatMap((status, i) =>
          Array.from({ length: again + 1 }, () => [alert(i + 1, { status })] as const),
        );
        const told = follow(...reads).filter((changed) => changed.length > 0).length;
        const changes = given.filter((status, i) => status !== (given[i - 1] ?? 'New')).length;
        expect(told).toBe(changes);
      }),
    );
  });

  it('keeps an alert with more comments than a row holds', () => {
    const comments = Array.from({ length: 5_000 }, (_, i) => comment(`c${i}`));
    expect(toKnownText(toKnown(alert(1, { comments }), {})).length).toBeLessThan(32_768);
  });
});
