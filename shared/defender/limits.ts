/** How often one application may call an API row in one tenant. A figure that is absent is not documented. */
export interface DefenderLimit {
  readonly perMinute?: number;
  readonly perHour?: number;
}

/**
 * Microsoft's documented limits, one row per group of calls that share a limit. The documentation does not say whether a
 * limit holds per application or per tenant; each of our budgets is per tenant (one deployment is one application).
 * Source: the "Rate limitations" paragraph of every API page under https://learn.microsoft.com/defender-endpoint/api/.
 */
export const defenderLimits = {
  /** List, get, update, and what belongs to one alert. */
  alerts: { perMinute: 100, perHour: 1_500 },
  alertsBatchUpdate: { perMinute: 10, perHour: 500 },
  alertsCreateByReference: { perMinute: 15 },
  /** List, get, find by address or tag, tags, device value, logged-on users, alerts of a machine. */
  machines: { perMinute: 100, perHour: 1_500 },
  /** List, get and cancel, and every action that has no row of its own. */
  machineActions: { perMinute: 100, perHour: 1_500 },
  machineActionsPackageUri: { perMinute: 2, perHour: 120 },
  liveResponseRun: { perMinute: 10 },
  liveResponseResult: { perMinute: 100, perHour: 1_500 },
  libraryFiles: { perMinute: 100, perHour: 1_500 },
  investigationsStart: { perHour: 50 },
  investigations: { perMinute: 100, perHour: 1_500 },
  /** List, submit one, delete one. */
  indicators: { perMinute: 100, perHour: 1_500 },
  indicatorsImport: { perMinute: 30 },
  indicatorsBatchDelete: { perMinute: 30, perHour: 1_500 },
  /** Advanced hunting; through Graph the figure per minute is a minimum that grows with the tenant, none is given per hour. */
  hunting: { perMinute: 45, perHour: 1_500 },
  /** Files, domains, addresses and users, together. */
  entities: { perMinute: 100, perHour: 1_500 },
  /** Graph `/security`: alerts and their changes. */
  graphSecurity: { perMinute: 150 },
  vulnerabilityExport: { perMinute: 30, perHour: 1_000 },
  vulnerabilityExportFiles: { perMinute: 5, perHour: 20 },
} as const satisfies Readonly<Record<string, DefenderLimit>>;

/** One row of the table: a group of calls that share a limit, and so a budget. */
export type DefenderApi = keyof typeof defenderLimits;
