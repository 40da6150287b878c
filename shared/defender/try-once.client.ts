import type { Clock } from '../clock.ts';
import { orAbort } from '../or-abort.ts';
import type { Budgets } from './budgets.store.ts';
import type { DefenderCall } from './call.ts';
import { classifyAnswer } from './classify-answer.ts';
import type { RawAnswer, Verdict } from './classify-answer.ts';
import { toEndpoint } from './hosts.ts';
import type { EndpointSettings } from './hosts.ts';

/** Tokens for customers' tenants, as `createTenantCredentials` gives them. */
export interface TenantTokens {
  readonly getToken: (tenantId: string, scope: string) => Promise<string>;
  readonly forget: (tenantId: string) => void;
}

/** What a try is made with. `userAgent` is sent as it is, with nothing before or after it. */
export interface TryOptions {
  readonly endpoints: EndpointSettings;
  readonly userAgent: string;
  readonly credentials: Pick<TenantTokens, 'getToken'>;
  readonly budgets: Pick<Budgets, 'take'>;
  readonly now: Clock;
}

/** One call, however often it is tried. */
export interface Run {
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly url: string;
}

/** What a try gave: the verdict on an answer, or on none (`noAnswer`). */
export interface Tried {
  readonly verdict: Verdict;
  readonly answer: RawAnswer;
  readonly cause?: unknown;
}

/** Token first, then the permit, then at once the call: a permit is counted as close to its call as it can be. */
export async function tryOnce(options: TryOptions, call: DefenderCall<unknown>, run: Run): Promise<Tried> {
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

/** No answer came, or nothing was asked. */
export const noAnswer: RawAnswer = { status: 0, headers: {}, text: '' };

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

/** `fetch` reports a broken connection as a TypeError with a cause, our timeout as what it is; anything else is a bug. */
function isNetworkFailure(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'TimeoutError';
  return error instanceof TypeError && error.cause !== undefined;
}
