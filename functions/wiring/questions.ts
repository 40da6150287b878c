import { createReadRoles } from '../../shared/auth/token-roles.client.ts';
import { createDefenderEntities } from '../../shared/defender/entities.client.ts';
import type { EndpointSettings } from '../../shared/defender/hosts.ts';
import { createHunting } from '../../shared/defender/hunting.client.ts';
import { createDefenderMachineActions } from '../../shared/defender/machine-actions.client.ts';
import { createMachineDetails } from '../../shared/defender/machine-details.client.ts';
import { withTimeout } from '../../shared/defender/with-timeout.ts';
import { createFindMachine, createReadMachines } from '../../shared/machines/find-machines.client.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Capabilities } from './capabilities.ts';
import type { Engine } from './engine.ts';
import { createFindIndicator } from '../indicator-sync/answers/find-indicator.client.ts';
import { createAskTenant } from '../response-action/questions/ask-tenant.client.ts';
import { createEntityHandlers } from '../response-action/questions/entities.http.ts';
import { createEntityViews } from '../response-action/questions/entity-view.client.ts';
import { createListMachines } from '../response-action/questions/list-machines.client.ts';
import { createReadMachineView } from '../response-action/questions/machine-view.client.ts';
import { createMachineHandlers } from '../response-action/questions/machines.http.ts';
import { createRunQuery } from '../response-action/questions/queries.http.ts';
import type { QuestionHandlers } from '../response-action/triggers.ts';

/** A part of a view that takes longer is named instead of waited for. In milliseconds. */
const partTimeoutMs = 15_000;

/** What the routes are made of. */
export type QuestionParts = Pick<Capabilities, 'serve' | 'credentials' | 'defender' | 'now'> &
  Pick<Engine, 'suspend' | 'planTenant' | 'isolations'> & {
    readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
    readonly settings: EndpointSettings & { readonly publicUrl: string; readonly entra: { readonly clientId: string } };
  };

/** Wires the routes by which a playbook asks about a tenant's machines, files, domains and addresses. */
export function createQuestionHandlers(parts: QuestionParts): QuestionHandlers {
  const { serve, settings, now } = parts;
  const defender = withTimeout(parts.defender, partTimeoutMs);
  const readMachineView = createReadMachineView({
    ...{ findMachine: createFindMachine(defender), details: createMachineDetails(defender) },
    machineActions: createDefenderMachineActions(defender),
    readRoles: createReadRoles({ credentials: parts.credentials, endpoints: settings }),
    isolations: parts.isolations,
    ...{ clientId: settings.entra.clientId, now },
  });
  const views = createEntityViews({
    ...{ entities: createDefenderEntities(defender), hunting: createHunting(defender) },
    findIndicator: createFindIndicator(parts.planTenant),
  });
  const options = { tenants: parts.tenants, askTenant: createAskTenant(parts.suspend) };
  const listMachines = createListMachines({ readMachines: createReadMachines(parts.defender), now });
  const { publicUrl } = settings;
  return {
    ...createMachineHandlers(serve, { ...options, listMachines, readMachineView, publicUrl }),
    ...createEntityHandlers(serve, { ...options, views }),
    runQuery: createRunQuery(serve, { ...options, hunting: createHunting(parts.defender) }),
  };
}
