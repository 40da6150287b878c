import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServerIdentity } from './certificates.ts';
import { createClock } from './clock.ts';
import { createControl } from './control/control.ts';
import { controlRoutes } from './control/routes.ts';
import { seedTenant } from './control/seed-tenant.ts';
import { alertOperations } from './defender/alerts/operations.ts';
import { createAlertStores } from './defender/alerts/store.ts';
import { entityOperations } from './defender/entities/operations.ts';
import { createEntityStores } from './defender/entities/store.ts';
import { indicatorOperations } from './defender/indicators/operations.ts';
import { createIndicatorStores } from './defender/indicators/stores.ts';
import { createDownloads } from './defender/machine-actions/downloads.ts';
import { withOffboarding } from './defender/machine-actions/offboarding.ts';
import { machineActionOperations } from './defender/machine-actions/operations.ts';
import { createMachineActionStores } from './defender/machine-actions/store.ts';
import { machineOperations } from './defender/machines/operations.ts';
import { createMachineStores } from './defender/machines/store.ts';
import { createRateWindows } from './defender/rate-windows.ts';
import { createDefenderRoutes } from './defender/routes.ts';
import { vulnerabilityOperations } from './defender/vulnerabilities/operations.ts';
import { createVulnerabilityStores } from './defender/vulnerabilities/store.ts';
import { createDirectory } from './entra/directory.ts';
import { entraRoutes } from './entra/routes.ts';
import { createTokenSigner } from './entra/tokens.ts';
import { createEventStores } from './events/store.ts';
import { createFaults } from './faults.ts';
import { createGraphAlertStores } from './graph/alert-store.ts';
import { graphAlertOperations } from './graph/alerts.ts';
import { createGraphRoutes } from './graph/routes.ts';
import { huntingOperation } from './graph/run-hunting-query.ts';
import { createHandler } from './http/pipeline.ts';
import { listen } from './http/server.ts';
import { keyVaultRoutes } from './key-vault/routes.ts';
import { createVault } from './key-vault/vault.ts';
import { createLog } from './log.ts';
import { managedIdentityRoutes } from './managed-identity.ts';
import { createSwitches } from './switches.ts';
import type { Control, SimulatorState } from './control/control.ts';
import type { Route } from './http/router.ts';
import type { SimulatorOptions } from './options.ts';

export interface Simulator {
  /** `https://127.0.0.1:{port}`: Entra, Defender and Key Vault. */
  readonly origin: string;
  /** For `IDENTITY_ENDPOINT`. */
  readonly identityEndpoint: string;
  /** For `IDENTITY_HEADER`. */
  readonly identityHeader: string;
  /** The CA to trust. */
  readonly caPem: string;
  readonly control: Control;
  stop(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = createClock();
  const [identity, signer] = await Promise.all([createServerIdentity(), createTokenSigner(clock)]);
  let origin = '';
  const state = createState(options, { clock, signer, origin: () => origin });
  const control = createControl(state);
  for (const tenant of options.tenants ?? []) seedTenant(control, tenant);
  const identityHeader = options.identityHeader ?? randomUUID();
  const pipeline = { clock, log: state.log, faults: state.faults, controlRoutes: controlRoutes(control) };
  const https = await listen({
    port: options.port ?? 0,
    tls: { cert: identity.certificatePem, key: identity.keyPem },
    handle: createHandler({ ...pipeline, routes: publicRoutes(state, options) }),
  });
  origin = `https://127.0.0.1:${https.port}`;
  const http = await listen({
    port: options.identityPort ?? 0,
    handle: createHandler({ ...pipeline, routes: managedIdentityRoutes(state, identityHeader) }),
  });
  if (options.caFile !== undefined) await writeFile(options.caFile, identity.caPem);
  return {
    origin,
    identityEndpoint: `http://127.0.0.1:${http.port}/msi/token`,
    identityHeader,
    caPem: identity.caPem,
    control,
    stop: async () => {
      state.faults.clear();
      await Promise.all([https.stop(), http.stop()]);
    },
  };
}

function createState(
  options: SimulatorOptions,
  base: Pick<SimulatorState, 'clock' | 'signer' | 'origin'>,
): SimulatorState {
  const machineActions = createMachineActionStores();
  return {
    ...base,
    directory: createDirectory(options),
    switches: createSwitches(options.switches),
    rates: createRateWindows(),
    log: createLog(),
    faults: createFaults(),
    indicators: createIndicatorStores(),
    machines: withOffboarding(createMachineStores(), machineActions, base.clock),
    machineActions,
    downloads: createDownloads(base.clock),
    alerts: createAlertStores(),
    entities: createEntityStores(),
    vulnerabilities: createVulnerabilityStores(),
    events: createEventStores(),
    graphAlerts: createGraphAlertStores(),
    vault: createVault(base.clock, options.secrets ?? []),
  };
}

/** Everything at the HTTPS origin; the first route that fits answers. */
function publicRoutes(state: SimulatorState, options: SimulatorOptions): readonly Route[] {
  return [
    ...createDefenderRoutes(state, [
      ...indicatorOperations(state.indicators),
      ...machineOperations(state.machines),
      ...machineActionOperations(state),
      ...alertOperations(state),
      ...entityOperations(state),
      ...vulnerabilityOperations(state),
    ]),
    ...createGraphRoutes(state, [huntingOperation(state.events), ...graphAlertOperations(state)]),
    ...state.downloads.routes,
    ...keyVaultRoutes(state, state.vault, options.vaultOfficers ?? []),
    ...entraRoutes(state),
  ];
}
