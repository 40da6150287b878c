import type { Api } from './api.ts';
import { world } from './demo-world.ts';

/** Connects the demo's tenants through the API, and lets their scenarios write: a new tenant only observes. */
export async function connectTenants(api: Api): Promise<void> {
  for (const { tenantId, displayName } of world.tenants) {
    const { status } = await api.expect<{ readonly status: string }>('PUT', `/api/v1/tenants/${tenantId}`, {
      displayName,
      policy: {
        alerts: { mode: 'Live' },
        actions: { mode: 'Live', protectedTags: ['production'] },
        indicators: { mode: 'Live' },
      },
    });
    if (status !== 'Connected') throw new Error(`${displayName} is ${status}, not Connected.`);
  }
}
