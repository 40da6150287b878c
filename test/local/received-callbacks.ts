import type { IncomingHttpHeaders } from 'node:http';
import { flawOfSignature } from './callback-signature.ts';

/** A callback that came in, and what it is answered with. */
export interface ReceivedCallback {
  readonly receivedAt: string;
  readonly path: string;
  readonly webhookId: string | undefined;
  /** How often this id came by now. */
  readonly attempt: number;
  /** Why it is not believed. */
  readonly flaw?: string;
  readonly event: unknown;
  /** 0: it is left without an answer. */
  readonly answered: number;
}

/** How the receiver answers instead of 204; `times` counts down, and without it the behavior stays. */
export interface ReceiverBehavior {
  /** 0: no answer at all, the connection is cut. */
  readonly status?: number;
  /** Sent as it is. */
  readonly retryAfter?: string;
  readonly delayMs?: number;
  readonly times?: number;
  /** Behaves like that towards `callback.verify` too, which is otherwise answered with its challenge. */
  readonly isForVerify?: boolean;
}

/** What a callback is answered with; `challenge` is what `callback.verify` hopes for. */
export interface CallbackAnswer extends Pick<ReceiverBehavior, 'retryAfter' | 'delayMs'> {
  readonly status: number;
  readonly challenge?: string;
}

/** A callback as it arrives. */
export interface ArrivingCallback {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type ReceivedCallbacks = ReturnType<typeof createReceivedCallbacks>;

/** What the receiver knows: its secrets, how it was told to behave, and everything that came. */
export function createReceivedCallbacks(first: { readonly secrets: readonly string[]; readonly now: () => number }) {
  const received: ReceivedCallback[] = [];
  let secrets = first.secrets;
  let behavior: ReceiverBehavior = {};

  function takeBehavior(isVerify: boolean): ReceiverBehavior {
    const current = behavior;
    if (isVerify && current.isForVerify !== true) return {};
    if (current.times !== undefined) behavior = current.times > 1 ? { ...current, times: current.times - 1 } : {};
    return current;
  }

  function answerTo({ headers, body }: ArrivingCallback, event: unknown): CallbackAnswer & { readonly flaw?: string } {
    const flaw = flawOfSignature({ headers, body }, secrets, first.now());
    if (flaw !== undefined) return { status: 401, flaw };
    const challenge = challengeOf(event);
    const { times: _times, isForVerify: _isForVerify, ...told } = takeBehavior(challenge !== undefined);
    return challenge === undefined ? { status: 204, ...told } : { status: 200, ...told, challenge };
  }

  return {
    received,
    /** Keeps a callback and decides how it is answered. */
    take(callback: ArrivingCallback): { readonly answer: CallbackAnswer; readonly entry: ReceivedCallback } {
      const event = parseOrUndefined(callback.body);
      const header = callback.headers['webhook-id'];
      const webhookId = typeof header === 'string' ? header : undefined;
      const attempt = received.filter((one) => one.webhookId === webhookId).length + 1;
      const { flaw, ...answer } = answerTo(callback, event);
      const seen = { receivedAt: new Date(first.now()).toISOString(), path: callback.path, webhookId, attempt, event };
      const entry = { ...seen, ...(flaw === undefined ? {} : { flaw }), answered: answer.status };
      received.push(entry);
      return { answer, entry };
    },
    behave: (next: ReceiverBehavior) => void (behavior = next),
    setSecrets: (next: readonly string[]) => void (secrets = next),
    clear: () => void (received.length = 0),
  };
}

/** `callback action.succeeded op_… Succeeded v6 -> 204`. */
export function toLine({ event, answered, flaw }: ReceivedCallback): string {
  const { type, data } = isRecord(event) ? event : {};
  const { operationId, status, version } = isRecord(data) ? data : {};
  const about = [type ?? 'unreadable', operationId, status, version === undefined ? undefined : `v${String(version)}`];
  const words = ['callback', ...about.filter((word) => word !== undefined).map(String), '->', String(answered)];
  return flaw === undefined ? words.join(' ') : `${words.join(' ')} (${flaw})`;
}

export function parseOrUndefined(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function challengeOf(event: unknown): string | undefined {
  if (!isRecord(event) || event['type'] !== 'callback.verify' || !isRecord(event['data'])) return undefined;
  const { challenge } = event['data'];
  return typeof challenge === 'string' ? challenge : undefined;
}
