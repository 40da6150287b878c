import { randomUUID } from 'node:crypto';
import type { Api } from './api.ts';
import { readKey, toSecretName } from './caller-key.ts';
import { world } from './demo-world.ts';
import { toLine } from './received-callbacks.ts';
import type { ReceivedCallback } from './received-callbacks.ts';
import type { RunningStack } from './running-stack.ts';
import { openVault } from './vault.ts';
import { toSignedHeaders, toWebhookPath } from './webhook.ts';

/** An operation as the app shows it, as far as the demo tells of it. */
export interface ShownOperation {
  readonly id: string;
  readonly status: string;
  readonly stage?: string;
  readonly nextAttemptAt?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly rule?: string;
    readonly candidates?: readonly Candidate[];
  };
}

interface Candidate {
  readonly computerDnsName?: string;
}

/** What the app answered to a webhook: the operation, or a problem. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: ShownOperation & { readonly code?: string; readonly detail?: string; readonly rule?: string };
}

/** The partner's product in the demo: signs what it sends, and hears of how it ended. */
export interface DemoPartner {
  send(envelope: Readonly<Record<string, unknown>>): Promise<WebhookAnswer>;
  /** Reads an operation until `isEnough`; a lane is drained by hand in between, as its timer would. */
  follow(
    operation: ShownOperation,
    lane: string,
    isEnough: (operation: ShownOperation) => boolean,
  ): Promise<ShownOperation>;
  /** Lines of the callbacks that came since the last call. */
  newCallbacks(): Promise<readonly string[]>;
}

const { callerId } = world.caller;
const [{ tenantId }] = world.tenants;
const callbacksUrl = `http://127.0.0.1:${world.ports.callbacks}/_receiver/callbacks`;
const pollMs = 300;
const followLimitMs = 90_000;

/** `now`: of the local run, which may be ahead of the machine's. */
export async function createDemoPartner(stack: RunningStack, api: Api, now: () => number): Promise<DemoPartner> {
  const key = await readKey(openVault(stack), toSecretName(callerId, false));
  if (key === undefined) throw new Error(`The vault holds no key of ${callerId}.`);
  let heard = (await readCallbacks(0)).length;
  return {
    send: async (envelope) => {
      const body = Buffer.from(JSON.stringify({ timestamp: new Date(now()).toISOString(), tenantId, ...envelope }));
      const headers = toSignedHeaders({ id: `demo_${randomUUID()}`, body }, key, now());
      const url = `${stack.appOrigin}${toWebhookPath({ tenantId, ...envelope })}?caller=${callerId}`;
      const response = await fetch(url, { method: 'POST', headers, body });
      return { status: response.status, body: (await response.json()) as WebhookAnswer['body'] };
    },
    follow: async (operation, lane, isEnough) => {
      const untilMs = performance.now() + followLimitMs;
      let current = operation;
      while (!isEnough(current) && performance.now() < untilMs) {
        await api.expect('POST', '/api/v1/work/drain', { lane });
        current = await api.expect('GET', `/api/v1/tenants/${tenantId}/operations/${operation.id}`);
        if (!isEnough(current)) await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
      return current;
    },
    newCallbacks: async () => {
      const came = await readCallbacks(heard);
      heard += came.length;
      return came.map(toLine);
    },
  };
}

async function readCallbacks(after: number): Promise<readonly ReceivedCallback[]> {
  const response = await fetch(`${callbacksUrl}?after=${after}`);
  return ((await response.json()) as { readonly value: readonly ReceivedCallback[] }).value;
}
