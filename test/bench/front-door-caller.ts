import { setTimeout as wait } from 'node:timers/promises';
import { toSignedHeaders } from '../local/webhook.ts';
import type { Hosts } from './front-door-hosts.ts';

/** A request to the front door under its key; the same object sent again is the same bytes. */
export interface ActionCall {
  readonly tenantId: string;
  readonly key: string;
  readonly body: Buffer;
  readonly isSigned: boolean;
  readonly isAsync: boolean;
}

/** What the app said in the end. */
export interface CallAnswer {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a caller met on its way to an answer. */
export interface CallerCounts {
  sent: number;
  answered: number;
  /** Connections that broke, did not come about or gave no answer in time: instances that were killed or frozen. */
  broken: number;
  /** 5xx of the host: the worker died while it had the request. */
  hostErrors: number;
  /** 5xx of the app: told to come again. */
  unavailable: number;
  /** 5xx of the app that do not say when to come again. */
  withoutRetryAfter: number;
}

export interface CallerOptions {
  readonly hosts: Hosts;
  readonly secret: string;
  readonly callerId: string;
  readonly token: string;
  readonly now: () => number;
  readonly speed: number;
  readonly random: () => number;
  readonly isOver: () => boolean;
}

/** A caller as it should be: what got no answer, or a 5xx, is sent again under the same key, to whichever instance. */
export function createCaller(options: CallerOptions) {
  const counts: CallerCounts = { sent: 0, answered: 0, broken: 0, hostErrors: 0, unavailable: 0, withoutRetryAfter: 0 };

  async function post(call: ActionCall): Promise<Response> {
    const index = Math.floor(options.random() * options.hosts.count);
    const path = `/api/v1/tenants/${call.tenantId}/actions${call.isSigned ? `?caller=${options.callerId}` : ''}`;
    const headers = { ...toHeaders(options, call), ...(call.isAsync ? { prefer: 'respond-async' } : {}) };
    counts.sent += 1;
    return fetch(`${options.hosts.origin(index)}${path}`, {
      ...{ method: 'POST', headers, body: new Uint8Array(call.body), signal: AbortSignal.timeout(10_000) },
    });
  }

  /** `undefined` when the run was over before there was an answer. */
  async function send(call: ActionCall): Promise<CallAnswer | undefined> {
    while (!options.isOver()) {
      try {
        const response = await post(call);
        const text = await response.text();
        if (response.status < 500) {
          counts.answered += 1;
          return toAnswer(response, text);
        }
        await wait(count5xx(response) / options.speed);
      } catch {
        counts.broken += 1;
        await wait(100);
      }
    }
    return undefined;
  }

  /** Gives when to come again. Every answer of the app names the request; the host's own do not. */
  function count5xx({ headers }: Response): number {
    const seconds = headers.get('retry-after');
    if (!headers.has('request-id')) counts.hostErrors += 1;
    else if (seconds === null) counts.withoutRetryAfter += 1;
    else counts.unavailable += 1;
    return Number(seconds ?? 1) * 1000;
  }

  return { send, counts };
}

function toHeaders({ secret, token, now }: CallerOptions, { key, body, isSigned }: ActionCall): Record<string, string> {
  if (isSigned) return toSignedHeaders({ id: key, body }, secret, now());
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
}

function toAnswer({ status, headers }: Response, text: string): CallAnswer {
  const isReplayed = headers.get('idempotent-replayed') === 'true';
  return { status, isReplayed, body: JSON.parse(text) as Readonly<Record<string, unknown>> };
}
