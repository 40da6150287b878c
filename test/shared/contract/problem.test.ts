import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from 'vitest';
import { redriveRequestSchema } from '../../../shared/contract/dead-letter.ts';
import { operationErrorCodeSchema } from '../../../shared/contract/operation.ts';
import { problemSchema, problemStatus, problemTitle } from '../../../shared/contract/problem.ts';
import { refusals } from '../../builders/refusals.ts';

describe('problems', () => {
  it('every code has the status of the contract', () => {
    const byStatus = Object.groupBy(Object.entries(problemStatus), ([, status]) => String(status));
    const codes = Object.fromEntries(
      Object.entries(byStatus).map(([status, rows]) => [status, rows?.map(([code]) => code)]),
    );
    expect(codes).toEqual({
      400: ['malformed_body', 'invalid_header', 'invalid_field'],
      401: ['unauthenticated'],
      403: ['scope_missing', 'same_caller'],
      404: ['not_found'],
      405: ['method_not_allowed'],
      409: ['wrong_state', 'alert_exists', 'caller_exists', 'plan_changed', 'tenant_removing'],
      412: ['version_conflict'],
      413: ['body_too_large'],
      415: ['unsupported_media_type'],
      422: [
        ...['key_reused', 'alert_not_found', 'echo', 'query_invalid', 'secret_missing', 'refused_by_policy'],
        ...['indicator_refused', 'machine_not_found', 'machine_ambiguous', 'role_missing'],
      ],
      429: ['too_many_requests'],
      500: ['internal_error'],
      502: ['source_failed'],
      503: ['temporarily_unavailable'],
    });
  });

  it.each([...new Set(Object.values(problemStatus))])('%i has a title', (status) => {
    const renamed: Readonly<Record<number, string>> = { 413: 'Content Too Large', 422: 'Unprocessable Content' };
    expect(problemTitle(status)).toBe(renamed[status] ?? STATUS_CODES[status]);
  });

  it('an error is of a place in the body or of a parameter', () => {
    const problem = {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_field',
      detail: 'x',
      traceId: 't',
    };
    const withError = (error: object) =>
      refusals(problemSchema, { ...problem, errors: [{ code: 'required', detail: 'x', ...error }] });
    expect(withError({ parameter: 'limit' })).toEqual([]);
    expect(withError({ pointer: '#/data' })).toEqual([]);
    expect(withError({})).toEqual(['#/errors/0 invalid_value']);
    expect(withError({ pointer: '#/data', parameter: 'limit' })).toEqual(['#/errors/0 invalid_value']);
  });

  it('operations end with one of 20 codes', () => {
    expect(operationErrorCodeSchema.options).toHaveLength(20);
  });
});

describe('redriving', () => {
  it.each<readonly [input: unknown, expected: readonly string[]]>([
    [{ ids: ['op_1'] }, []],
    [{ kind: 'Callback', dryRun: true }, []],
    [{}, ['#/ids required']],
    [{ ids: [] }, ['#/ids too_short']],
    [{ kind: 'Action' }, ['#/kind invalid_value']],
    [{ ids: ['op_1'], kind: 'Alert' }, ['#/kind mismatch']],
  ])('%j', (input, expected) => {
    expect(refusals(redriveRequestSchema, input)).toEqual(expected);
  });
});
