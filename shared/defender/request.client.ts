import type { Clock, Sleep } from '../clock.ts';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import type { UpstreamRefused } from '../errors.ts';
import type { Budgets } from './budgets.store.ts';
import type { Defender, DefenderAnswer, DefenderCall } from './call.ts';
import { classifyAnswer, parseAnswer, toUpstreamIds } from './classify-answer.ts';
import type { RawAnswer, Verdict } from './classify-answer.ts';
import { toEndpoint } from './hosts.ts';
import type { EndpointSettings } from './hosts.ts';
import { pageSchema } from './next-page.ts';
import { orAbort } from '../or-abort.ts';
import { planRetry } from './plan-retry.ts';
import { readAllPages } from './read-all-pages.client.ts';

/** Tokens for customers' tenants, as `createTenantCredentials` gives them. */
export interface TenantTokens {
  readonly getToken: (tenantId: string, scope: string) => Promise<string>;
  readonly forget: (tenantId: string) => void;
}

/** What the client is made of. `userAgent` is sent as it is, with nothing before or after it. */
export interface DefenderOptions {
  readonly endpoints: EndpointSettings;
  readonly userAgent: string;
  readonly credentials: TenantTokens;
  readonly budgets: Budgets;
  readonly now: Clock;
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

interface Run {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly url: string;
}

interface Tried {
  readonly verdict: Verdict;
  readonly answer: RawAnswer;
  readonly cause?: unknown;
}

/** Token first, then the permit, then at once the call: a permit is counted as close to its call as it can be. */
async function tryOnce(options: DefenderOptions, call: DefenderCall<unknown>, run: Run): Promise<Tried> {
  const { scope } = toEndpoint(options.endpoints, call.service ?? 'defender', call.tenant);
  const { tenantId } = call.tenant;
  try {
    const token = await orAbort(options.credentials.getToken(tenantId, scope), run.signal);
    const permit = await orAbort(options.budgets.take(tenantId, call.api), run.signal);
    if (!permit.granted) {
      const retryAfterMs = Math.max(permit.retryAtMs - options.now(), 1);
      return { verdict: { kind: 'throttled', retryAfterMs }, answer: noAnswer };
    }
    const answer = await send(call, run, { authorization: `Bearer ${token}`, 'user-agent': options.userAgent });
    return { verdict: classifyAnswer(answer, call.role, options.now()), answer };
  } catch (cause) {
    call.signal?.throwIfAborted();
    if (!isNetworkFailure(cause)) throw cause;
    return { verdict: { kind: 'unavailable', retryAfterMs: undefined }, answer: noAnswer, cause };
  }
}

async function send(
  call: DefenderCall<unknown>,
  { url, signal }: Run,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> {
  const hasBody = call.body !== undefined;
  const response = await fetch(url, {
    method: call.method,
    redirect: 'error',
    signal,
    headers: {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      ...call.headers,
      ...headers,
    },
    ...(hasBody ? { body: JSON.stringify(call.body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
}

const noAnswer: RawAnswer = { status: 0, headers: {}, text: '' };

/** `fetch` reports a broken connection as a TypeError with a cause, our timeout as what it is; anything else is a bug. */
function isNetworkFailure(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'TimeoutError';
  return error instanceof TypeError && error.cause !== undefined;
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
