import { createHmac } from 'node:crypto';
import { createAuthenticate } from '../../shared/auth/authenticate-caller.client.ts';
import type { Authenticate } from '../../shared/auth/authenticate-caller.ts';
import type { SecretVersion, SecretVersions } from '../../shared/auth/caller-keys.client.ts';
import { createCallerKeys } from '../../shared/auth/caller-keys.client.ts';
import { createCallers } from '../../shared/auth/callers.client.ts';
import type { VerifyToken } from '../../shared/auth/verify-token.client.ts';
import type { CallerInput } from '../../shared/contract/caller.ts';
import { callerInputSchema } from '../../shared/contract/caller.ts';
import { createServe } from '../../shared/http/serve.http.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { createLog } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { home } from './entra.ts';

/** A version of a secret in the vault of a test. */
export interface StoredSecret extends SecretVersion {
  readonly value: string;
}

/** Everything that says who calls, real but for the vault: who is registered, with what keys, and the time it is. */
export interface CallerWorld {
  nowMs: number;
  isVaultDown: boolean;
  readonly secrets: Record<string, readonly StoredSecret[]>;
  /** What the vault was asked. */
  readonly asked: string[];
  readonly lines: string[];
  readonly documents: Documents<CallerInput>;
  readonly vault: SecretVersions;
  readonly authenticate: Authenticate;
  readonly serve: Serve;
  /** Registers a caller. */
  readonly register: (callerId: string, document: object) => Promise<void>;
}

export const worldNowMs = Date.parse('2026-11-20T10:00:00Z');

/** A key of 32 bytes, told by one of them. */
export function keyOf(fill: number): Buffer {
  return Buffer.alloc(32, fill);
}

export function secretVersion(fill: number, change: Partial<StoredSecret> = {}): StoredSecret {
  return {
    version: `v${fill}`,
    isEnabled: true,
    createdAtMs: fill,
    value: `whsec_${keyOf(fill).toString('base64')}`,
    ...change,
  };
}

export function callerWorld(
  tables: Tables,
  verifyToken: VerifyToken = () => Promise.resolve({ refused: 'no_tokens_here' }),
): CallerWorld {
  const secrets: Record<string, readonly StoredSecret[]> = {};
  const asked: string[] = [];
  const lines: string[] = [];
  const now = (): number => world.nowMs;
  const log = createLog((line) => lines.push(line), now);
  const answer = <T>(question: string, result: () => T): Promise<T> => {
    asked.push(question);
    return world.isVaultDown ? Promise.reject(new Error('The vault is down.')) : Promise.resolve(result());
  };
  const vault: SecretVersions = {
    list: (name) => answer(`list ${name}`, () => secrets[name] ?? []),
    read: (name, version) =>
      answer(`read ${name} ${version}`, () => secrets[name]?.find((each) => each.version === version)?.value),
  };
  let made = 0;
  const newId = (): string => `n${(made += 1)}`;
  const documents = createDocuments<CallerInput>({ tables, kind: 'caller', schema: callerInputSchema, newId });
  const authenticate = createAuthenticate({
    ...{ verifyToken, homeTenantId: home, now },
    callers: createCallers(documents, { now }),
    keys: createCallerKeys({ vault, now, log }),
  });
  const newTraceId = (): string => String((made += 1)).padStart(32, '0');
  const world: CallerWorld = {
    ...{ nowMs: worldNowMs, isVaultDown: false, secrets, asked, lines, documents, vault, authenticate },
    serve: createServe({ authenticate, log, now, newTraceId }),
    register: async (callerId, document) => {
      await documents.change(callerId, () => callerInputSchema.parse({ displayName: callerId, ...document }));
    },
  };
  return world;
}

/** Headers of a signed body; what is signed is made without the product's code. */
export function signedHeaders(
  body: string | Uint8Array,
  more: { readonly fill?: number; readonly id?: string; readonly timestamp?: string; readonly nowMs?: number } = {},
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const { fill = 1, id = 'msg_1', nowMs = worldNowMs, timestamp = String(Math.floor(nowMs / 1000)) } = more;
  const mac = createHmac('sha256', keyOf(fill)).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}
