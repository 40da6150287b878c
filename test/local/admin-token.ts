import { world } from './demo-world.ts';

/** A token of Entra's (here: the simulator's) for an administrator of the app: application role `admin`, home tenant. */
export async function fetchAdminToken(simulatorOrigin: string): Promise<string> {
  const response = await fetch(`${simulatorOrigin}/${world.homeTenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: world.admin.clientId,
      client_secret: world.admin.secret,
      scope: `${world.appClientId}/.default`,
    }),
  });
  const body = (await response.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined) throw new Error(`No token: ${body.error_description ?? response.status}`);
  return body.access_token;
}
