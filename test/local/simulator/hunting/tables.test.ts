import { describe, expect, test } from 'vitest';
import { setUpHunting } from '../test-hunting.ts';
import { tenantId } from '../test-world.ts';

const bench = setUpHunting();
const seed = (table: string, rows: readonly object[]): void =>
  void bench.control().events.add(tenantId, { table, rows: rows as never });

const table =
  "let T = datatable(Name: string, Size: long, At: datetime) ['a', 1, datetime(2026-11-20), 'b', 3, datetime(2026-11-18), 'a', 2, datetime(2026-11-19), 'c', long(null), datetime(null)];";

describe('tables', () => {
  test.each([
    ['T | where Size > 1 | project Name', [{ Name: 'b' }, { Name: 'a' }]],
    ['T | take 1 | project N = Name, Size + 1, strcat(Name, "x")', [{ N: 'a', Column1: 2, Column2: 'ax' }]],
    ['T | top 2 by Size asc | project Size', [{ Size: null }, { Size: 1 }]],
    [
      'T | order by Name asc, Size desc | project Name, Size',
      [
        ['a', 2],
        ['a', 1],
        ['b', 3],
        ['c', null],
      ],
    ],
    ['T | sort by Size | project Size', [[3], [2], [1], [null]]],
    ['T | sort by Size asc nulls last | project Size', [[1], [2], [3], [null]]],
    ['T | distinct Name', [['a'], ['b'], ['c']]],
    ['T | count', [{ Count: 4 }]],
    ['T | extend Size = Size * 2, New = Size | where Name == "b" | project Size, New', [[6, 3]]],
    ['T | where Name == "b" | extend toupper(Name) | project-away At', [{ Name: 'b', Size: 3, Column1: 'B' }]],
    ['T | where Name == "b" | project-rename N = Name | project-keep N', [{ N: 'b' }]],
    [
      'T | summarize count() by Name',
      [
        { Name: 'a', count_: 2 },
        { Name: 'b', count_: 1 },
        { Name: 'c', count_: 1 },
      ],
    ],
    [
      'T | summarize Least = min(Size), max(Size), sum(Size), avg(Size)',
      [{ Least: 1, max_Size: 3, sum_Size: 6, avg_Size: 2 }],
    ],
    ['T | where false | summarize count()', [{ count_: 0 }]],
    ['T | where false | summarize count() by Name', []],
    ['T | summarize arg_max(At, *) by Name | where Name == "a"', [['a', '2026-11-20T00:00:00.0000000Z', 1]]],
    ['T | summarize arg_min(At, Size), n = dcount(Name)', [['2026-11-18T00:00:00.0000000Z', 3, 3]]],
    ['T | summarize Names = make_set(Name), L = make_list(Size), countif(Size > 1)', [[['a', 'b', 'c'], [1, 3, 2], 2]]],
    ['T | summarize S = tostring(make_set(Name)), R = round(avg(Size) * 1.25, 1)', [['["a","b","c"]', 2.5]]],
    ['T | summarize count() by bin(At, 2d) | where isnotnull(At) | project count_', [[2], [1]]],
    ['let big = toscalar(T | summarize max(Size)); T | where Size == big | project Name', [['b']]],
    ['let f = (n: string, least: long = 2) { T | where Name == n and Size >= least }; f("a") | project Size', [[2]]],
    ['let twice = (n: long) { n * 2 }; T | where Name == "b" | project X = twice(Size)', [[6]]],
    ['let g = (X: (Name: string)) { X | distinct Name }; let one = T | take 1; g(one)', [['a']]],
    ['T | where Name in ((T | where Size == 3 | project Name)) | project Size', [[3]]],
    [
      'T | join kind=inner (datatable(Name: string, Size: string) ["a", "x"]) on Name | project Size, Size1',
      [
        [1, 'x'],
        [2, 'x'],
      ],
    ],
    [
      'T | join (datatable(K: string) ["a", "b"]) on $left.Name == $right.K | project Name, K',
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
    ],
    ['T | join kind=leftanti (datatable(Name: string) ["a"]) on Name | project Name', [['b'], ['c']]],
    [
      'T | where Name == "b" | extend L = dynamic([1, 2]) | mv-expand L to typeof(long) | project Name, L',
      [
        ['b', 1],
        ['b', 2],
      ],
    ],
    [
      'T | take 1 | union (datatable(Name: string, Other: long) ["z", 9]) | project Name, Size, Other',
      [
        ['a', 1, null],
        ['z', null, 9],
      ],
    ],
  ])('%s', async (query, expected) => {
    const rows = await bench.rows(`${table} ${query}`);
    const isValues = expected.every((row) => Array.isArray(row));
    expect(isValues ? rows.map((row) => Object.values(row)) : rows).toEqual(expected);
  });

  test('a union over tables says where each row is from', async () => {
    seed('DeviceFileEvents', [{ FileName: 'a.exe', ReportId: 1 }]);
    seed('DeviceProcessEvents', [{ FileName: 'b.exe', ReportId: 2, ProcessId: 7 }]);
    const rows = await bench.rows(
      'union withsource=Source DeviceFileEvents, DeviceProcessEvents | order by ReportId asc | project Source, FileName, ProcessId',
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['DeviceFileEvents', 'a.exe', null],
      ['DeviceProcessEvents', 'b.exe', 7],
    ]);
    const piped = 'union withsource=S (DeviceFileEvents | take 1), (DeviceProcessEvents | take 1) | project S';
    expect(await bench.rows(piped)).toEqual([{ S: 'union_arg0' }, { S: 'union_arg1' }]);
    expect(await bench.rows('union isfuzzy=true Missing, DeviceFileEvents | count')).toEqual([{ Count: 1 }]);
  });

  test('the event nearest in time, exact evidence first', async () => {
    const machine = 'a'.repeat(40);
    const row = (ReportId: number, Timestamp: string, SHA1: string) => ({
      ReportId,
      Timestamp,
      SHA1,
      DeviceId: machine,
    });
    seed('DeviceFileEvents', [
      row(1, '2026-11-20T09:00:00.0000001Z', 'd'.repeat(40)),
      row(2, '2026-11-20T09:29:59.9999999Z', 'e'.repeat(40)),
      row(3, '2026-11-20T09:31:00.0000001Z', 'd'.repeat(40)),
    ]);
    const rows = await bench.rows(`
      let eventTime = datetime(2026-11-20T09:30:00Z);
      let events = DeviceFileEvents
        | where DeviceId == '${machine}' and Timestamp between ((eventTime - 1h) .. (eventTime + 1h))
        | extend Rank = iff(SHA1 =~ '${'D'.repeat(40)}', 0, 1);
      union events, (DeviceProcessEvents | where DeviceId == '${machine}' | extend Rank = 2)
      | extend Distance = abs(datetime_diff('millisecond', Timestamp, eventTime))
      | order by Rank asc, Distance asc
      | project ReportId, Timestamp, Rank
      | take 2`);
    expect(rows).toEqual([
      { ReportId: 3, Timestamp: '2026-11-20T09:31:00.0000001Z', Rank: 0 },
      { ReportId: 1, Timestamp: '2026-11-20T09:00:00.0000001Z', Rank: 0 },
    ]);
  });
});
