import type { Sleep } from '../clock.ts';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import type { UpstreamRefused } from '../errors.ts';
import type { Budgets } from './budgets.store.ts';
import type { Defender, DefenderAnswer, DefenderCall } from './call.ts';
import { parseAnswer, toUpstreamIds } from './classify-answer.ts';
import type { RawAnswer } from './classify-answer.ts';
import { toEndpoint } from './hosts.ts';
import { pageSchema } from './next-page.ts';
import { planRetry } from './plan-retry.ts';
import { readAllPages } from './read-all-pages.client.ts';
import { noAnswer, tryOnce } from './try-once.client.ts';
import type { Run, TenantTokens, Tried, TryOptions } from './try-once.client.ts';

/** What the client is made of. */
export interface DefenderOptions extends TryOptions {
  readonly credentials: TenantTokens;
  readonly budgets: Budgets;
  readonly random: () => number;
  readonly sleep: Sleep;
}

const defaultTimeoutMs = 30_000;

/** When to come back after a failure that did not say when. */
const unavailableRetryMs = 30_000;

/** Makes the only way to Defender and Graph: token, User-Agent, budget, timeout, retry, errors and paging are all here. */
export function createDefender(options: DefenderOptions): Defender {
  return {
    request: (call) => request(options, call, toUrl(options, call)),
    list: (call) => list(options, call),
  };
}

function list<T>(options: DefenderOptions, call: DefenderCall<T>): Promise<readonly T[]> {
  const pageCall = { ...call, schema: pageSchema(call.schema) };
  return readAllPages(toUrl(options, call), async (url) => (await request(options, pageCall, url)).value);
}

function toUrl(options: DefenderOptions, call: DefenderCall<unknown>): string {
  const { baseUrl } = toEndpoint(options.endpoints, call.service ?? 'defender', call.tenant);
  return new URL(baseUrl + call.path).href;
}

async function request<T>(options: DefenderOptions, call: DefenderCall<T>, url: string): Promise<DefenderAnswer<T>> {
  const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  const run: Run = {
    deadlineMs: options.now() + timeoutMs,
    signal: call.signal ? AbortSignal.any([timeout, call.signal]) : timeout,
    url,
  };
  let wasUnauthorized = false;
  let isOpen = false;
  for (let attempt = 1; ;) {
    const tried = await tryOnce(options, call, run);
    const { verdict, answer } = tried;
    if (verdict.kind === 'ok') {
      const value = parseAnswer(answer, call.schema, `${call.method} ${new URL(url).pathname}`);
      return { value, status: answer.status, upstream: toUpstreamIds(answer) };
    }
    if (verdict.kind === 'refused') throw refuse(options, call, verdict.error);
    if (verdict.kind === 'throttled') throw await throttle(options, call, { ...verdict, answer, isOpen });
    if (verdict.kind === 'unauthorized') {
      options.credentials.forget(call.tenant.tenantId);
      if (wasUnauthorized) throw suspend(call, answer);
      wasUnauthorized = true;
    } else {
      await beforeRetry(options, call, { ...tried, attempt, retryAfterMs: verdict.retryAfterMs, run });
      attempt += 1;
      isOpen = call.method !== 'GET';
    }
  }
}

/** A role may have been granted since the token was issued: the next call asks with a new one. */
function refuse(options: DefenderOptions, call: DefenderCall<unknown>, error: UpstreamRefused): UpstreamRefused {
  if (error.code === 'role_missing') options.credentials.forget(call.tenant.tenantId);
  return error;
}

/**
 * A limit said no: Microsoft's, which then holds for all instances, or ours. `isOpen`: an earlier try of this call was not
 * answered and may have been carried out; then it must not look as if nothing was.
 */
async function throttle(
  options: DefenderOptions,
  call: DefenderCall<unknown>,
  { retryAfterMs, answer, isOpen }: { retryAfterMs: number; answer: RawAnswer; isOpen: boolean },
): Promise<UpstreamUnavailable> {
  const isTheirs = answer !== noAnswer;
  if (isTheirs) await options.budgets.block(call.tenant.tenantId, call.api, options.now() + retryAfterMs);
  const message = isTheirs ? `Throttled by Microsoft (${call.api}).` : `The budget of ${call.api} is used up.`;
  return new UpstreamUnavailable(message, { retryAfterMs, throttled: !isOpen, upstream: toUpstreamIds(answer) });
}

function suspend(call: DefenderCall<unknown>, answer: RawAnswer): TenantSuspended {
  return new TenantSuspended(call.tenant.tenantId, 'consent_withdrawn', { upstream: toUpstreamIds(answer) });
}

/** Waits before the next try, or throws where there is to be none. */
async function beforeRetry(
  options: DefenderOptions,
  call: DefenderCall<unknown>,
  failed: Tried & { attempt: number; retryAfterMs: number | undefined; run: Run },
): Promise<void> {
  const waitMs = planRetry({
    isRepeatable: call.isRepeatable ?? call.method === 'GET',
    attempt: failed.attempt,
    retryAfterMs: failed.retryAfterMs,
    remainingMs: failed.run.deadlineMs - options.now(),
    random: options.random(),
  });
  if (waitMs !== undefined) return options.sleep(waitMs, call.signal);
  throw new UpstreamUnavailable(failed.answer.status === 0 ? 'No answer came.' : `Answer ${failed.answer.status}.`, {
    retryAfterMs: failed.retryAfterMs ?? unavailableRetryMs,
    upstream: toUpstreamIds(failed.answer),
    cause: failed.cause,
  });
}
