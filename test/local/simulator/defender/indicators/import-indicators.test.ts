import { describe, expect, test } from 'vitest';
import { toSubmission } from '../../test-defender.ts';
import { setUpIndicators } from '../../test-indicators.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpIndicators();

describe('import', () => {
  test('answers in the order of the request; a bad item fails alone', async () => {
    const answer = await bench.import([
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '203.0.113.9' }),
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '10.0.0.1' }),
      toSubmission(),
      toSubmission({ title: 'later' }),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.value).toEqual([
      { id: expect.any(String), indicator: '203.0.113.9', isFailed: false, failureReason: null },
      { id: null, indicator: '10.0.0.1', isFailed: true, failureReason: 'IP address 10.0.0.1 is invalid' },
      { id: expect.any(String), indicator: 'bad.example', isFailed: false, failureReason: null },
      { id: answer.value[2]?.['id'], indicator: 'bad.example', isFailed: false, failureReason: null },
    ]);
    expect(
      bench
        .control()
        .indicators.list(tenantId)
        .map(({ title }) => title),
    ).toEqual(['t', 'later']);
  });

  test('with importFailure whole-body one bad item refuses all', async () => {
    bench.control().switches.change({ importFailure: 'whole-body' });
    const answer = await bench.import([
      toSubmission(),
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '10.0.0.1' }),
    ]);
    expect([answer.status, answer.code, bench.held()]).toEqual([400, 'InvalidIpAddress', []]);
  });

  const many = (count: number): readonly unknown[] =>
    Array.from({ length: count }, (_, index) => toSubmission({ indicatorValue: `h${index}.example` }));

  test.each([
    ['no item', { Indicators: [] }, 'InvalidRequestBody'],
    ['another name', { indicators: many(1) }, 'MissingRequiredParameter'],
    ['501 items', { Indicators: many(501) }, 'MaximumBatchSizeExceeded'],
  ])('refuses %s', async (_name, body, code) => {
    const answer = await bench.call('POST', '/api/indicators/import', body);
    expect([answer.status, answer.code, bench.held()]).toEqual([400, code, []]);
  });

  test('takes 500', async () => {
    expect((await bench.import(many(500))).value.filter(({ isFailed }) => isFailed)).toEqual([]);
    expect(bench.held()).toHaveLength(500);
  });

  test('at the limit new ones fail, changes do not; expired ones do not count', async () => {
    bench.control().switches.change({ indicatorLimit: 2 });
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await bench.import([toSubmission({ expirationTime: inAnHour }), ...many(1)]);
    const full = await bench.import([...many(2), toSubmission({ title: 'later' })]);
    expect(full.value.map(({ isFailed }) => isFailed)).toEqual([false, true, false]);
    const single = await bench.submit({ indicatorValue: 'other.example' });
    expect([single.status, single.code]).toEqual([400, 'BadRequest']);
  });

  test('with limitAnswer whole-body the import is refused', async () => {
    bench.control().switches.change({ indicatorLimit: 2, limitAnswer: 'whole-body' });
    const answer = await bench.import(many(3));
    expect([answer.status, answer.code, bench.held()]).toEqual([400, 'BadRequest', []]);
  });
});
