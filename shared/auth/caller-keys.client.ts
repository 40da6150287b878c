import { isWithin } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { UpstreamUnavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import { fromWebhookSecret } from './webhook-secret.ts';
import type { WebhookKey } from './webhook-secret.ts';

/** One version of a secret, without its value. */
export interface SecretVersion {
  readonly version: string;
  readonly isEnabled: boolean;
  readonly createdAtMs: number;
}

/** What is needed of a vault. Both reject when it does not answer; they give up within seconds. */
export interface SecretVersions {
  /** Every version, in any order; empty when there is no such secret. */
  list(name: string): Promise<readonly SecretVersion[]>;
  /** The value of a version; a version's value never changes. `undefined` when it is gone. */
  read(name: string, version: string): Promise<string | undefined>;
}

/** The webhook keys that secrets hold: the newest three enabled versions, newest first; none when there is no such secret. */
export interface CallerKeys {
  /** The keys as known, at most five minutes old. Throws `UpstreamUnavailable` when they cannot be had. */
  of(secretName: string): Promise<readonly WebhookKey[]>;
  /** The keys after a signature that fitted none: the vault is asked again, at most once a minute for each secret. */
  readAgain(secretName: string): Promise<readonly WebhookKey[]>;
}

/** Name of the secret that holds what a caller signs its requests with. */
export function callerSecretName(callerId: string): string {
  return `caller-${callerId}`;
}

/** Name of the secret that callbacks to a caller are signed with: never the same, a callback must not be usable as a request. */
export function callbackSecretName(callerId: string): string {
  return `callback-${callerId}`;
}

const maxKeys = 3;
/** A version that was disabled is gone by then, whatever happens. */
const revokedWithinMs = 300_000;
/** Read again sooner, so that a vault that is out for a few minutes is not noticed. */
const freshMs = 120_000;
const missingMs = 30_000;
const readAgainMs = 60_000;
const retryMs = 5_000;

interface Kept {
  keys: readonly WebhookKey[];
  /** Values by version; `undefined` for one that is no webhook secret. */
  values: ReadonlyMap<string, WebhookKey | undefined>;
  /** When the last good read began, and the last one at all; ages count from there. */
  readAtMs: number;
  triedAtMs: number;
  readAgainAtMs: number;
  reading: Promise<void> | undefined;
  failure: unknown;
}

/** Creates the cache of webhook keys. Ask it only for secrets of callers that are in the registry. */
export function createCallerKeys(options: {
  readonly vault: SecretVersions;
  readonly now: Clock;
  readonly log: Log;
}): CallerKeys {
  const { now, log } = options;
  const kept = new Map<string, Kept>();
  const isRecent = (sinceMs: number, ms: number): boolean => isWithin(now() - sinceMs, ms);

  async function of(name: string): Promise<readonly WebhookKey[]> {
    const secret = keptOf(kept, name);
    const isFresh = isRecent(secret.readAtMs, secret.keys.length === 0 ? missingMs : freshMs);
    if (!isFresh && (secret.reading !== undefined || !isRecent(secret.triedAtMs, retryMs)))
      await readOnce(name, secret);
    return usable(secret);
  }

  async function readAgain(name: string): Promise<readonly WebhookKey[]> {
    const secret = keptOf(kept, name);
    const isAllowed = !isRecent(secret.readAgainAtMs, readAgainMs);
    if (isAllowed) secret.readAgainAtMs = now();
    if (isAllowed || secret.reading !== undefined) await readOnce(name, secret);
    return of(name);
  }

  function usable(secret: Kept): readonly WebhookKey[] {
    if (isRecent(secret.readAtMs, revokedWithinMs)) return secret.keys;
    const cause = secret.failure;
    throw new UpstreamUnavailable('The keys of a caller cannot be read.', { retryAfterMs: retryMs, cause });
  }

  /** One read for everybody who waits. It never rejects: what is kept stays, and ages. */
  function readOnce(name: string, secret: Kept): Promise<void> {
    secret.reading ??= readNow(name, secret).finally(() => {
      secret.reading = undefined;
    });
    return secret.reading;
  }

  async function readNow(name: string, secret: Kept): Promise<void> {
    const startedAtMs = now();
    secret.triedAtMs = startedAtMs;
    try {
      const values = await readValues(name, secret.values, options);
      const keys = [...values.values()].filter((key) => key !== undefined);
      Object.assign(secret, { values, keys, readAtMs: startedAtMs, failure: undefined } satisfies Partial<Kept>);
    } catch (error) {
      secret.failure = error;
      log.warn('callerKeys.unreadable', { secretName: name, error });
    }
  }

  return { of, readAgain };
}

/** Whether the vault holds a usable webhook key of a name, now: no cache between the question and the answer. Throws `UpstreamUnavailable`. */
export function createHasKey(options: {
  readonly vault: SecretVersions;
  readonly now: Clock;
  readonly log: Log;
}): (secretName: string) => Promise<boolean> {
  return async (name) => (await createCallerKeys(options).of(name)).length > 0;
}

function keptOf(kept: Map<string, Kept>, name: string): Kept {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const never = { readAtMs: -Infinity, triedAtMs: -Infinity, readAgainAtMs: -Infinity };
  const secret: Kept = { keys: [], values: new Map(), ...never, reading: undefined, failure: undefined };
  kept.set(name, secret);
  return secret;
}

/** The newest enabled versions with their values, newest first. Asks only for values that are not known yet. */
async function readValues(
  name: string,
  known: Kept['values'],
  { vault, log }: { readonly vault: SecretVersions; readonly log: Log },
): Promise<Kept['values']> {
  const enabled = (await vault.list(name)).filter(({ isEnabled }) => isEnabled);
  const newest = enabled.toSorted((a, b) => b.createdAtMs - a.createdAtMs).slice(0, maxKeys);
  const values = await Promise.all(
    newest.map(async ({ version }): Promise<readonly (readonly [string, WebhookKey | undefined])[]> => {
      if (known.has(version)) return [[version, known.get(version)]];
      const secret = await vault.read(name, version);
      if (secret === undefined) return [];
      const key = fromWebhookSecret(secret);
      if (key === undefined) log.warn('callerKey.malformed', { secretName: name, version });
      return [[version, key]];
    }),
  );
  return new Map(values.flat());
}
