import type { TokenCredential } from '@azure/identity';
import { RestError, SecretClient } from '@azure/keyvault-secrets';
import type { Clock } from '../clock.ts';
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

async function readNow(vault: Pick<SecretClient, 'getSecret'>, name: string): Promise<string | undefined> {
  try {
    return (await vault.getSecret(name, { abortSignal: AbortSignal.timeout(10_000) })).value;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}
