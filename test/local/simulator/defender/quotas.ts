export interface Quota {
  readonly perMinute: number | null;
  readonly perHour: number | null;
}

/** Requests per app and tenant, one row per row of the documented limits; calls of one row share it. */
export const quotas = {
  alerts: { perMinute: 100, perHour: 1_500 },
  alertsBatchUpdate: { perMinute: 10, perHour: 500 },
  alertsCreateByReference: { perMinute: 15, perHour: null },
  machines: { perMinute: 100, perHour: 1_500 },
  machineActions: { perMinute: 100, perHour: 1_500 },
  packageUri: { perMinute: 2, perHour: 120 },
  runLiveResponse: { perMinute: 10, perHour: null },
  liveResponseResult: { perMinute: 100, perHour: 1_500 },
  libraryFiles: { perMinute: 100, perHour: 1_500 },
  startInvestigation: { perMinute: null, perHour: 50 },
  investigations: { perMinute: 100, perHour: 1_500 },
  indicators: { perMinute: 100, perHour: 1_500 },
  indicatorsImport: { perMinute: 30, perHour: null },
  indicatorsBatchDelete: { perMinute: 30, perHour: 1_500 },
  advancedQueries: { perMinute: 45, perHour: 1_500 },
  entities: { perMinute: 100, perHour: 1_500 },
  /** No limit is documented. */
  vulnerabilities: { perMinute: null, perHour: null },
  /** Of a whole tenant, whoever asks. */
  huntingQueries: { perMinute: 45, perHour: null },
  graphSecurity: { perMinute: 150, perHour: null },
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof quotas;
