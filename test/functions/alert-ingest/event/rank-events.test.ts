import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEvent } from '../../../../functions/alert-ingest/event/rank-events.ts';
import { alertEventSchema } from '../../../../shared/contract/operation-result.ts';

const machineId = 'a'.repeat(40);
const eventTime = '2026-11-20T10:00:05.7654321Z';
const [evidence, process, user, nearest] = [1, 2, 3, 4];

type Row = Readonly<Record<string, unknown>>;
/** A row of a kind, at a time of that day; the report id names it. */
const row = (ReportId: unknown, Rank: unknown, time = '10:00:05.7654321', more: Row = {}): Row => ({
  ...{ Timestamp: `2026-11-20T${time}Z`, DeviceId: machineId, ReportId, SourceTable: 'DeviceFileEvents', Rank },
  ...more,
});
const from = (SourceTable: string): Row => ({ SourceTable });
const choose = (rows: readonly Row[]) => chooseEvent(rows, { eventTime, machineId });

describe('chooseEvent', () => {
  it.each<readonly [string, readonly Row[], string | undefined]>([
    ['none', [], undefined],
    ['one', [row(1, evidence)], '1'],
    ['evidence before a nearer process', [row(1, process), row(2, evidence, '10:40:00')], '2'],
    ['process before a nearer logon', [row(1, user), row(2, process, '10:40:00')], '2'],
    ['a logon before a nearer event', [row(1, nearest), row(2, user, '10:40:00')], '2'],
    ['the nearest of the evidence', [row(1, evidence, '10:00:01'), row(2, evidence, '10:00:09')], '2'],
    ['nearer by 100 ns', [row(1, evidence, '10:00:05.7654323'), row(2, evidence, '10:00:05.7654322')], '2'],
    [
      'as near before as after: the earlier',
      [row(1, evidence, '10:00:06.7654321'), row(2, evidence, '10:00:04.7654321')],
      '2',
    ],
    ['of one moment: by table', [row(1, evidence), row(2, evidence, undefined, from('DeviceProcessEvents'))], '2'],
    ['of one moment and table: by report id, as a number', [row(10, evidence), row(9, evidence)], '9'],
    ['the same event twice: as the better match', [row(1, process), row(1, evidence)], '1'],
    ['evidence within an hour', [row(1, evidence, '11:00:05.7654321')], '1'],
    ['evidence beyond an hour', [row(1, evidence, '11:00:05.7654322')], undefined],
    ['near within a quarter', [row(1, nearest, '09:45:05.7654321')], '1'],
    ['near beyond a quarter', [row(1, nearest, '09:45:05.7654320')], undefined],
    ['of another machine', [row(1, evidence, undefined, { DeviceId: 'b'.repeat(40) })], undefined],
    ['of this machine, in capitals', [row(1, evidence, undefined, { DeviceId: machineId.toUpperCase() })], '1'],
    ['without a machine', [row(1, evidence, undefined, { DeviceId: null })], undefined],
    ['without a report id', [row(null, evidence)], undefined],
    ['a report id as text', [row('18446744073709551615', evidence)], '18446744073709551615'],
    ['a report id that JSON cannot hold', [row(2 ** 53, evidence)], undefined],
    ['a report id of zero', [row(0, evidence)], '0'],
    ['a negative report id', [row(-1, evidence)], undefined],
    ['without a time', [row(1, evidence, undefined, { Timestamp: null })], undefined],
    ['a time that is none', [row(1, evidence, 'noon')], undefined],
    ['an unknown table', [row(1, evidence, undefined, from('AlertEvidence'))], undefined],
    ['an unknown rank', [row(1, 9)], undefined],
    ['no rank', [row(1, undefined)], undefined],
  ])('%s', (_name, rows, reportId) => {
    expect(choose(rows)?.event.reportId).toBe(reportId);
    expect(choose(rows.toReversed())?.event.reportId).toBe(reportId);
  });

  it.each([
    [evidence, 'Evidence', 'Evidence'],
    [process, 'Process', 'Process'],
    [user, 'User', 'Evidence'],
    [nearest, 'Nearest', 'Nearest'],
  ])('rank %i is %s', (rank, match, matchedBy) => {
    expect(choose([row(20776, rank, '10:00:05.76')])).toEqual({
      event: { table: 'DeviceFileEvents', timestamp: '2026-11-20T10:00:05.76Z', reportId: '20776', matchedBy },
      match,
    });
  });

  it('gives the same event, in any order, as the contract has it', () => {
    const anyRow = fc
      .record({
        ReportId: fc.integer({ min: 0, max: 3 }),
        Rank: fc.constantFrom(1, 2, 3, 4),
        SourceTable: fc.constantFrom('DeviceFileEvents', 'DeviceProcessEvents', 'DeviceEvents'),
        Timestamp: fc.constantFrom(
          '2026-11-20T10:00:05.7654321Z',
          '2026-11-20T10:00:05.7654322Z',
          '2026-11-20T10:10:05Z',
        ),
      })
      .map((given) => ({ ...given, DeviceId: machineId }));
    const shuffled = fc
      .array(anyRow, { minLength: 1 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(shuffled, ([rows, others]) => {
        const chosen = choose(rows);
        expect(choose(others)).toEqual(chosen);
        expect(alertEventSchema.parse(chosen?.event)).toEqual(chosen?.event);
      }),
    );
  });
});
