import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/contract/operation.ts';
import { RejectedInput } from '../../../shared/errors.ts';
import { createAcceptOperation } from '../../../shared/http/accept-operation.http.ts';
import { prefersAsync } from '../../../shared/http/to-operation-answer.ts';
import type { NewOperation } from '../../../shared/work/new-operation.ts';
import type { Accepted } from '../../../shared/work/work.store.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const operation: Operation = {
  id: 'op_4k7d2mqn3xzrj5tvwy6bcafhge',
  kind: 'TenantRemoval',
  status: 'Running',
  version: 1,
  tenantId: '6f1c0000-0000-4000-8000-00000000a001',
  attempts: 0,
  createdAt: '2026-11-20T10:00:00Z',
  lastUpdatedAt: '2026-11-20T10:00:00Z',
  nextAttemptAt: '2026-11-20T10:00:10Z',
};
const finished: Operation = { ...operation, status: 'Succeeded' };
const input: NewOperation = {
  tenantId: operation.tenantId,
  kind: 'TenantRemoval',
  dedupeKey: 'removal|r1',
  fingerprint: 'f',
  request: {},
};

function accept(
  accepted: Accepted,
  headers: Record<string, string> = {},
  after: Operation = finished,
  { rules, recalled }: { rules?: () => void; recalled?: Accepted } = {},
) {
  const seen: { inputs: NewOperation[]; performed: number } = { inputs: [], performed: 0 };
  const acceptOperation = createAcceptOperation({
    work: {
      accept: (given) => {
        seen.inputs.push(given);
        return Promise.resolve(accepted);
      },
      recall: () => Promise.resolve(recalled),
      perform: () => {
        seen.performed += 1;
        return Promise.resolve(after);
      },
    },
    publicUrl: 'https://app.contoso.example',
    now: () => nowMs,
  });
  return { seen, answer: acceptOperation(input, { headers: new Headers(headers) }, rules) };
}

const location =
  'https://app.contoso.example/api/v1/tenants/6f1c0000-0000-4000-8000-00000000a001/operations/op_4k7d2mqn3xzrj5tvwy6bcafhge';

describe('acceptOperation', () => {
  it('names the operation that has the id already', async () => {
    await expect(accept({ outcome: 'taken', operationId: operation.id }).answer).rejects.toMatchObject({
      ...{ code: 'alert_exists', extra: { operationId: operation.id } },
    });
  });

  it('answers 200 when the work is over in time', async () => {
    expect(await accept({ outcome: 'accepted', operation }).answer).toEqual({
      status: 200,
      body: finished,
      headers: {},
    });
  });

  it('answers 202 with where and when to ask when it is not', async () => {
    expect(await accept({ outcome: 'accepted', operation }, {}, operation).answer).toEqual({
      status: 202,
      body: operation,
      headers: { 'Operation-Location': location, 'Retry-After': '10' },
    });
  });

  it.each([
    ['2026-11-20T09:59:00Z', '1'],
    ['2026-11-20T14:00:00Z', '60'],
  ])('asks nobody back too early or too late: %s', async (nextAttemptAt, seconds) => {
    const answer = await accept({ outcome: 'accepted', operation }, {}, { ...operation, nextAttemptAt }).answer;
    expect(answer.headers).toMatchObject({ 'Retry-After': seconds });
  });

  it('does not wait for who prefers not to, and leaves the work to the timer', async () => {
    const { seen, answer } = accept({ outcome: 'accepted', operation }, { prefer: 'respond-async' });
    expect(await answer).toMatchObject({ status: 202 });
    expect([seen.performed, seen.inputs[0]?.isLeftToTimer]).toEqual([0, true]);
  });

  it('gives what was accepted before as it stands', async () => {
    const { seen, answer } = accept({ outcome: 'replayed', operation: finished });
    expect(await answer).toEqual({ status: 200, body: finished, headers: { 'Idempotent-Replayed': 'true' } });
    expect(seen.performed).toBe(0);
    expect((await accept({ outcome: 'running', operation }).answer).headers).not.toHaveProperty('Idempotent-Replayed');
  });

  it('asks the rules of what is new, and of nothing that was accepted before', async () => {
    const rules = () => {
      throw new RejectedInput('refused_by_policy', 'Not any more.');
    };
    const asNew = accept({ outcome: 'accepted', operation }, {}, finished, { rules });
    await expect(asNew.answer).rejects.toMatchObject({ code: 'refused_by_policy' });
    expect(asNew.seen.inputs).toEqual([]);
    const recalled = { outcome: 'replayed', operation: finished } as const;
    const again = accept({ outcome: 'accepted', operation }, {}, finished, { rules, recalled });
    expect(await again.answer).toMatchObject({ status: 200, headers: { 'Idempotent-Replayed': 'true' } });
    const other = accept({ outcome: 'accepted', operation }, {}, finished, {
      rules,
      recalled: { outcome: 'key_reused' },
    });
    await expect(other.answer).rejects.toMatchObject({ code: 'key_reused' });
  });

  it('refuses another request under the key, and too much at once', async () => {
    await expect(accept({ outcome: 'key_reused' }).answer).rejects.toMatchObject({ code: 'key_reused' });
    await expect(accept({ outcome: 'too_many_requests', retryAfterMs: 1_200 }).answer).rejects.toMatchObject({
      code: 'too_many_requests',
      headers: { 'Retry-After': '2' },
    });
  });
});

describe('prefersAsync', () => {
  it.each([
    ['respond-async', true],
    ['return=minimal, Respond-Async; wait=5', true],
    ['wait=5', false],
    ['x-respond-async', false],
  ])('%s: %s', (prefer, expected) => {
    expect(prefersAsync(new Headers({ prefer }))).toBe(expected);
  });
});
