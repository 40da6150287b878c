import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { toRetryAfterMs } from '../retry-after.ts';
import { checkUrl } from './check-url.ts';
import { BlockedAddress, guardLookup } from './guard-lookup.ts';

/** Why a call gave nothing. `blocked_address`: not called at all. `truncated`: the body began and did not end as it should. */
export type EgressFailureReason = 'blocked_address' | 'too_large' | 'timeout' | 'network' | 'http_status' | 'truncated';

/** A whole answer (2xx, or 304 to a conditional request; the body unpacked, header names in lower case), or why there is none. */
export type EgressResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly ok: false;
      readonly reason: EgressFailureReason;
      /** For our log: never an address, a header or a body. */
      readonly detail: string;
      readonly status?: number;
      readonly retryAfterMs?: number;
    };

/** Limits of a call, and what it sends besides. */
export interface EgressRequest {
  /** The longest body, unpacked. */
  readonly maxBytes: number;
  /** What a longer body is: a failure (a feed must be whole), or cut off there (an answer that hardly matters). */
  readonly whenTooLarge?: 'fail' | 'cut';
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Calls to addresses that others chose: feeds and callbacks. Never follows a redirect. */
export interface Egress {
  readonly get: (url: string, request: EgressRequest) => Promise<EgressResult>;
  readonly post: (
    url: string,
    request: EgressRequest & { readonly body: string | Uint8Array },
  ) => Promise<EgressResult>;
  /** Ends the connections that are kept open for the next call. */
  readonly close: () => Promise<void>;
}

/** `allowedOrigins` are exempt from every rule about addresses: local run and tests only. `lookup` is the system's unless given. */
export interface EgressOptions {
  readonly allowedOrigins: readonly string[];
  /** Where we are reached: nobody makes us call ourselves. */
  readonly publicUrl?: string;
  readonly now: Clock;
  readonly lookup?: LookupFunction;
}

const connectTimeoutMs = 5_000;

const encodings: readonly string[] = ['identity', 'gzip', 'x-gzip'];

/**
 * Makes the only way to addresses that others chose (SSRF). Literal addresses are checked before, names inside the connection's
 * own lookup: the socket uses the very answer that was checked, so a name cannot change its mind in between.
 */
export function createEgress(options: EgressOptions): Egress {
  const pool = { connections: 8, keepAliveTimeout: 4_000, keepAliveMaxTimeout: 10_000 };
  const guarded = new Agent({
    ...pool,
    connect: { timeout: connectTimeoutMs, lookup: guardLookup(options.lookup ?? systemLookup) },
  });
  const exempt = new Agent({ ...pool, connect: { timeout: connectTimeoutMs } });
  const ownHostname = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).hostname;

  const call = async (text: string, ask: EgressRequest, more: Pick<Dispatcher.RequestOptions, 'method' | 'body'>) => {
    const verdict = checkUrl(text, options.allowedOrigins, ownHostname);
    if (!verdict.ok) return failure('blocked_address', verdict.detail);
    const dispatcher = verdict.isExempt ? exempt : guarded;
    return send(verdict.url, ask, { ...more, dispatcher, now: options.now });
  };

  return {
    get: (url, ask) => call(url, ask, { method: 'GET' }),
    post: (url, { body, ...ask }) => call(url, ask, { method: 'POST', body }),
    close: async () => {
      await Promise.all([guarded.destroy(), exempt.destroy()]);
    },
  };
}

type Way = Pick<Dispatcher.RequestOptions, 'method' | 'body'> & { readonly dispatcher: Agent; readonly now: Clock };

async function send(url: URL, ask: EgressRequest, { now, ...way }: Way): Promise<EgressResult> {
  const timeout = AbortSignal.timeout(ask.timeoutMs);
  const signal = ask.signal ? AbortSignal.any([timeout, ask.signal]) : timeout;
  let status: number | undefined;
  try {
    const answer = await request(url, { ...way, signal, headers: { 'accept-encoding': 'gzip', ...ask.headers } });
    status = answer.statusCode;
    const headers = toHeaders(answer.headers);
    if (!isSuccess(status)) {
      discard(answer.body);
      const retryAfterMs = toRetryAfterMs(headers['retry-after'], now());
      const more = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      return { ...failure('http_status', `Answer ${status}.`), ...more };
    }
    const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (!encodings.includes(encoding)) {
      discard(answer.body);
      return { ...failure('network', 'The body is packed in a way that was not asked for.'), status };
    }
    const body = await readBody(answer.body, encoding !== 'identity', ask);
    return body === undefined
      ? { ...failure('too_large', `The body is longer than ${ask.maxBytes} bytes.`), status }
      : { ok: true, status, headers, body };
  } catch (error) {
    ask.signal?.throwIfAborted();
    return timeout.aborted ? failure('timeout', `Not done after ${ask.timeoutMs} ms.`) : toFailure(error, status);
  }
}

function isSuccess(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304;
}

/** The unpacked body, or `undefined` when it is too long; bytes are counted as they come, so that nothing longer is ever held. */
async function readBody(
  packed: Readable,
  isPacked: boolean,
  { maxBytes, whenTooLarge }: EgressRequest,
): Promise<Uint8Array | undefined> {
  const body: Readable = isPacked ? pipeline(packed, createGunzip(), () => undefined) : packed;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) break;
    }
  } finally {
    discard(packed);
  }
  if (length > maxBytes && whenTooLarge !== 'cut') return undefined;
  return new Uint8Array(Buffer.concat(chunks, Math.min(length, maxBytes)));
}

/** Closes the connection rather than reading what nobody wants; that this ends the body early is no news. */
function discard(body: Readable): void {
  body.on('error', () => undefined);
  body.destroy();
}

function toHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function toFailure(error: unknown, status: number | undefined): EgressResult {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  const blocked = causes.find((cause) => cause instanceof BlockedAddress);
  if (blocked instanceof BlockedAddress) return failure('blocked_address', blocked.message);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (status === undefined) return failure('network', `No answer came (${code}).`);
  return { ...failure('truncated', `The body did not end as it should (${code}).`), status };
}

function failure(reason: EgressFailureReason, detail: string): EgressResult & { readonly ok: false } {
  return { ok: false, reason, detail };
}
