import {
  AzureCliCredential,
  ChainedTokenCredential,
  ClientSecretCredential,
  EnvironmentCredential,
} from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { world } from './demo-world.ts';
import type { RunningStack } from './running-stack.ts';

/** The running stack's vault, written by its administrator; without a stack the one of `KEY_VAULT_URL`, as whoever is signed in there. */
export function openVault(stack: Pick<RunningStack, 'simulatorOrigin'> | undefined): SecretClient {
  if (stack !== undefined) return openSimulatedVault(stack.simulatorOrigin);
  const url = process.env['KEY_VAULT_URL'];
  if (url === undefined)
    throw new Error('No running stack: start one with "npm start", or name a vault in KEY_VAULT_URL.');
  return new SecretClient(url, new ChainedTokenCredential(new EnvironmentCredential(), new AzureCliCredential()));
}

function openSimulatedVault(simulatorOrigin: string): SecretClient {
  const { homeTenantId, admin } = world;
  const credential = new ClientSecretCredential(homeTenantId, admin.clientId, admin.secret, {
    authorityHost: simulatorOrigin,
    disableInstanceDiscovery: true,
  });
  return new SecretClient(simulatorOrigin, credential, { disableChallengeResourceVerification: true });
}
