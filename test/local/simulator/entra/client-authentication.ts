import { X509Certificate, createHash } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWTPayload, ProtectedHeaderParameters } from 'jose';
import { checkAssertionTime } from './assertion-time.ts';
import { invalidClient, invalidRequest } from './errors.ts';
import { verifyFederatedAssertion } from './federated-assertion.ts';
import type { EntraContext } from './context.ts';
import type { Application } from './directory.ts';
import type { EntraError } from './errors.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** `appidacr`: how the client proved itself. */
export interface ClientProof {
  readonly method: '1' | '2';
}

export interface ClientRequest {
  readonly application: Application;
  readonly form: URLSearchParams;
  /** Audiences that a certificate's assertion may name. */
  readonly audiences: readonly string[];
}

/** Secret, certificate or federated credential, whichever the form carries. */
export async function authenticateClient(
  context: EntraContext,
  request: ClientRequest,
): Promise<ClientProof | EntraError> {
  const { application, form } = request;
  const secret = form.get('client_secret');
  if (secret !== null) {
    return application.secrets.includes(secret)
      ? { method: '1' }
      : invalidClient(7000215, `Invalid client secret provided. App: '${application.clientId}'.`);
  }
  const assertion = form.get('client_assertion');
  if (assertion === null) {
    const message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    return invalidClient(7000218, message);
  }
  if (form.get('client_assertion_type') !== assertionType) {
    return invalidRequest(90023, `Invalid 'client_assertion_type'. Expected '${assertionType}'.`);
  }
  const parsed = parse(assertion);
  if (!parsed) return invalidClient(50027, 'JWT token is invalid or malformed.');
  const error =
    parsed.claims.iss === application.clientId
      ? await verifyCertificateAssertion(context, request, { ...parsed, assertion })
      : await verifyFederatedAssertion(context, application, { claims: parsed.claims, assertion });
  return error ?? { method: '2' };
}

interface Assertion {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
  readonly assertion: string;
}

async function verifyCertificateAssertion(
  context: EntraContext,
  request: ClientRequest,
  { header, claims, assertion }: Assertion,
): Promise<EntraError | undefined> {
  const { application } = request;
  const certificate = application.certificates
    .map((pem) => new X509Certificate(pem))
    .find((one) => isNamedBy(one, header));
  if (!certificate || !(await isSignedBy(certificate, assertion))) {
    const what = certificate
      ? 'Key was found, but use of the key to verify the signature failed'
      : 'The key was not found';
    return invalidClient(700027, `Client assertion failed signature validation. [Reason - ${what}.]`);
  }
  if (claims.sub !== application.clientId)
    return invalidClient(700021, 'Client assertion application identifier does not match.');
  const audiences = [claims.aud].flat();
  if (!audiences.some((audience) => audience !== undefined && request.audiences.includes(audience))) {
    return invalidClient(700023, 'Client assertion audience claim does not match Realm issuer.');
  }
  return checkAssertionTime(claims, context.clock.now());
}

function isNamedBy(certificate: X509Certificate, header: ProtectedHeaderParameters): boolean {
  const named = (name: string, hash: 'sha1' | 'sha256'): boolean =>
    header[name as 'x5t'] === createHash(hash).update(certificate.raw).digest('base64url');
  return named('x5t', 'sha1') || named('x5t#S256', 'sha256');
}

async function isSignedBy(certificate: X509Certificate, assertion: string): Promise<boolean> {
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms: ['RS256', 'PS256'] });
    return true;
  } catch {
    return false;
  }
}

function parse(assertion: string): Pick<Assertion, 'header' | 'claims'> | undefined {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    return undefined;
  }
}
