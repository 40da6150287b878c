import type { TokenCredential } from '@azure/identity';
import { RestError, SecretClient } from '@azure/keyvault-secrets';
import type { Clock } from '../clock.ts';
import type { SecretVersion, SecretVersions } from './caller-keys.client.ts';
import { isMicrosoftVault } from './clouds.ts';

/** Reads the newest enabled version of a secret; `undefined` when there is none of that name. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

/** A vault allows 4,000 calls in 10 s for everything together: a secret that is there is read every ten minutes, one that is not every minute. */
const keptMs = 600_000;
const missingKeptMs = 60_000;

/** Opens the vault. A vault that is not Microsoft's names another domain in its sign-in challenge; the SDK would refuse that. */
export function openVault(vaultUrl: string, credential: TokenCredential): SecretClient {
  return new SecretClient(vaultUrl, credential, {
    disableChallengeResourceVerification: !isMicrosoftVault(vaultUrl),
    retryOptions: { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 },
  });
}

/** A reader that asks the vault once for everybody who wants the same secret, and remembers the answer for minutes. */
export function createReadSecret(vault: Pick<SecretClient, 'getSecret'>, now: Clock): ReadSecret {
  const known = new Map<string, { readonly value: Promise<string | undefined>; readonly untilMs: number }>();
  return async (name) => {
    const kept = known.get(name);
    if (kept !== undefined && kept.untilMs > now()) return kept.value;
    const value = readNow(vault, name);
    known.set(name, { value, untilMs: now() + keptMs });
    try {
      const secret = await value;
      if (secret === undefined) known.set(name, { value, untilMs: now() + missingKeptMs });
      return secret;
    } catch (error) {
      known.delete(name);
      throw error;
    }
  };
}

/** The vault as the cache of callers' keys reads it. Calls are given up after five seconds: a request waits for them. */
export function createSecretVersions(
  vault: Pick<SecretClient, 'getSecret' | 'listPropertiesOfSecretVersions'>,
): SecretVersions {
  return {
    async list(name) {
      const found: SecretVersion[] = [];
      await missingIf404(async () => {
        const abortSignal = AbortSignal.timeout(5_000);
        for await (const { version, enabled, createdOn } of vault.listPropertiesOfSecretVersions(name, {
          abortSignal,
        })) {
          if (version === undefined) continue;
          found.push({ version, isEnabled: enabled !== false, createdAtMs: createdOn?.getTime() ?? 0 });
        }
      });
      return found;
    },
    read: (name, version) =>
      missingIf404(async () => {
        const secret = await vault.getSecret(name, { version, abortSignal: AbortSignal.timeout(5_000) });
        return secret.value;
      }),
  };
}

async function missingIf404<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function readNow(vault: Pick<SecretClient, 'getSecret'>, name: string): Promise<string | undefined> {
  return missingIf404(async () => (await vault.getSecret(name, { abortSignal: AbortSignal.timeout(10_000) })).value);
}
