import type { JWTPayload } from 'jose';
import { checkAssertionTime } from './assertion-time.ts';
import { invalidClient } from './errors.ts';
import { tokenExchangeAudience } from './resources.ts';
import type { EntraContext } from './context.ts';
import type { Application } from './directory.ts';
import type { EntraError } from './errors.ts';
import type { FederatedCredentialOptions } from '../options.ts';

/** A token of another issuer as proof: issuer, subject and audience must equal one federated credential, letter by letter. */
export async function verifyFederatedAssertion(
  context: EntraContext,
  application: Application,
  { claims, assertion }: { readonly claims: JWTPayload; readonly assertion: string },
): Promise<EntraError | undefined> {
  const mismatch = findMismatch(claims, federatedCredentialsOf(context, application));
  if (mismatch) return mismatch;
  if (!(await context.signer.verify(assertion))) {
    return invalidClient(5000131, "Client assertion's signature could not be verified with the keys of its issuer.");
  }
  return checkAssertionTime(claims, context.clock.now());
}

function findMismatch(claims: JWTPayload, all: readonly FederatedCredentialOptions[]): EntraError | undefined {
  const ofIssuer = all.filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0) {
    const message = `No matching federated identity record found for presented assertion issuer '${claims.iss}'.`;
    return invalidClient(700211, message);
  }
  const ofSubject = ofIssuer.filter(({ subject }) => subject === claims.sub);
  if (ofSubject.length === 0) {
    const isCaseOnly = ofIssuer.some(({ subject }) => subject.toLowerCase() === claims.sub?.toLowerCase());
    const message = `No matching federated identity record found for presented assertion subject '${claims.sub}'.`;
    return invalidClient(isCaseOnly ? 7002138 : 700213, message);
  }
  if (!ofSubject.some(({ audience }) => [claims.aud].flat().includes(audience))) {
    const message = `No matching federated identity record found for presented assertion audience '${String(claims.aud)}'.`;
    return invalidClient(700212, message);
  }
  return undefined;
}

/** The listed ones, and on the partner's app the one for its managed identity. */
function federatedCredentialsOf(
  context: EntraContext,
  application: Application,
): readonly FederatedCredentialOptions[] {
  const { directory, origin } = context;
  if (application.clientId !== directory.clientId) return application.federatedCredentials;
  const ofIdentity = {
    issuer: `${origin()}/${directory.homeTenantId}/v2.0`,
    subject: directory.managedIdentity.principalId,
    audience: tokenExchangeAudience,
  };
  return [...application.federatedCredentials, ofIdentity];
}
