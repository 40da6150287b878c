import { alertControl } from './alert-control.ts';
import { entityControl } from './entity-control.ts';
import { machineActionControl } from './machine-action-control.ts';
import { fromSeed } from './seed.ts';
import { mintToken } from './mint.ts';
import { seedTenant } from './seed-tenant.ts';
import type { SimulatorClock } from '../clock.ts';
import type { AlertStoreOf } from '../defender/alerts/store.ts';
import type { IndicatorResource } from '../defender/indicators/resource.ts';
import type { StoreOf } from '../defender/indicators/operations.ts';
import type { Downloads } from '../defender/machine-actions/downloads.ts';
import type { MachineResource } from '../defender/machines/resource.ts';
import type { MachineSeed } from '../defender/machines/seed.ts';
import type { MachineStoreOf } from '../defender/machines/store.ts';
import type { RateCount, RateWindows } from '../defender/rate-windows.ts';
import type { EntraContext } from '../entra/context.ts';
import type { Application, Tenant } from '../entra/directory.ts';
import type { EventSeed, EventStoreOf, StoredEvent } from '../events/store.ts';
import type { Faults } from '../faults.ts';
import type { GraphAlertsOf } from '../graph/alert-store.ts';
import type { RequestLog } from '../log.ts';
import type { ApplicationOptions, ConsentedRoles, SecretOptions, TenantOptions } from '../options.ts';
import type { SwitchBoard } from '../switches.ts';
import type { NewSecretVersion, Secret, SecretVersion, Vault } from '../key-vault/vault.ts';
import type { AlertControl } from './alert-control.ts';
import type { EntityControl, EntityState } from './entity-control.ts';
import type { MachineActionControl, MachineActionState } from './machine-action-control.ts';
import type { TokenOrder } from './mint.ts';
import type { IndicatorSeed } from './seed.ts';

export interface SimulatorState extends EntraContext, EntityState {
  readonly rates: RateWindows;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly indicators: StoreOf;
  readonly machines: MachineStoreOf;
  readonly machineActions: MachineActionState['machineActions'];
  readonly downloads: Downloads;
  readonly alerts: AlertStoreOf;
  readonly events: EventStoreOf;
  readonly graphAlerts: GraphAlertsOf;
  readonly vault: Vault;
}

/** Everything that a test or a demo may do behind the APIs' backs. */
export interface Control extends EntityControl, AlertControl {
  readonly clock: SimulatorClock;
  readonly switches: SwitchBoard;
  readonly faults: Pick<Faults, 'add' | 'list' | 'clear'>;
  readonly log: Pick<RequestLog, 'entries' | 'clear'>;
  readonly tenants: {
    list(): readonly Tenant[];
    put(options: TenantOptions): Tenant;
    delete(tenantId: string): void;
    consent(tenantId: string, clientId: string, roles: ConsentedRoles): void;
    /** Takes the app's service principal away: no new token from now on; old ones live until they expire. */
    withdrawConsent(tenantId: string, clientId: string): void;
  };
  readonly applications: {
    list(): readonly Application[];
    put(options: ApplicationOptions): Application;
  };
  readonly secrets: {
    list(): readonly Secret[];
    put(options: SecretOptions): Secret;
    add(name: string, version: NewSecretVersion): SecretVersion;
    change(name: string, version: string, changes: Partial<SecretVersion>): SecretVersion | undefined;
  };
  readonly indicators: {
    /** What the tenant holds now. */
    list(tenantId: string): readonly IndicatorResource[];
    seed(tenantId: string, seeds: readonly IndicatorSeed[]): readonly IndicatorResource[];
    delete(tenantId: string, ids: readonly string[]): number;
    clear(tenantId: string): void;
  };
  readonly machines: {
    /** Last seen first. */
    list(tenantId: string): readonly MachineResource[];
    /** Adds machines, or replaces those with the same id. */
    seed(tenantId: string, seeds: readonly MachineSeed[]): readonly MachineResource[];
    /** Changes a machine behind the API's back; throws when there is none. */
    change(tenantId: string, id: string, changes: Partial<MachineResource>): MachineResource;
    clear(tenantId: string): void;
  };
  readonly machineActions: MachineActionControl;
  /** Rows of the hunting tables: what queries find, and what an alert can refer to. */
  readonly events: {
    list(tenantId: string): readonly StoredEvent[];
    add(tenantId: string, seed: EventSeed): readonly StoredEvent[];
    /** Instead of the rows that the table has. */
    replace(tenantId: string, seed: EventSeed): readonly StoredEvent[];
    clear(tenantId: string, table?: string): void;
  };
  readonly quotas: {
    counts(): readonly RateCount[];
    clear(): void;
  };
  /** A token that the simulator signs, whatever it claims. */
  mintToken(order: TokenOrder): Promise<string>;
}

export function createControl(state: SimulatorState): Control {
  const { clock, switches, directory, vault, rates, log, faults } = state;
  const control: Control = {
    clock,
    switches,
    faults,
    log,
    tenants: {
      list: directory.tenants,
      put: (options) => {
        const tenant = directory.putTenant(options);
        seedTenant(control, options);
        return tenant;
      },
      delete: directory.deleteTenant,
      consent: directory.consent,
      withdrawConsent: (tenantId, clientId) => directory.consent(tenantId, clientId, undefined),
    },
    applications: { list: directory.applications, put: directory.putApplication },
    secrets: vault,
    indicators: {
      list: (tenantId) => state.indicators(tenantId).list(clock.now()),
      seed: (tenantId, seeds) =>
        seeds.map((seed) => {
          const { submission, submitter } = fromSeed(seed);
          return state.indicators(tenantId).seed(submission, submitter, clock.now());
        }),
      delete: (tenantId, ids) => state.indicators(tenantId).delete(ids, clock.now()),
      clear: (tenantId) => state.indicators(tenantId).clear(),
    },
    machines: {
      list: (tenantId) =>
        state
          .machines(tenantId)
          .list()
          .map(({ machine }) => machine),
      seed: (tenantId, seeds) => state.machines(tenantId).seed(seeds, clock.now()),
      change: (tenantId, id, changes) => state.machines(tenantId).change(id, changes),
      clear: (tenantId) => state.machines(tenantId).clear(),
    },
    ...entityControl(state),
    machineActions: machineActionControl(state),
    ...alertControl(state),
    events: {
      list: (tenantId) => state.events(tenantId).list(),
      add: (tenantId, seed) => state.events(tenantId).add(seed, clock.now()),
      replace: (tenantId, seed) => state.events(tenantId).replace(seed, clock.now()),
      clear: (tenantId, table) => state.events(tenantId).clear(table),
    },
    quotas: rates,
    mintToken: (order) => mintToken(state, order),
  };
  return control;
}
