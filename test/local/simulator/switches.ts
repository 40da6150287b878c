/** Where the reference leaves a choice open (its section 21), or where a test wants another world. */
export interface Switches {
  /** Row 1: what makes two indicators the same one. `conflict` refuses another action for the same value and scope. */
  readonly indicatorKey: 'default' | 'value+type+scope' | 'conflict';
  /** Row 3: a bad item fails alone, or with its whole body (400). */
  readonly importFailure: 'per-item' | 'whole-body';
  readonly indicatorLimit: number;
  /** Row 5: an import beyond the limit fails item by item, or as a whole (400). */
  readonly limitAnswer: 'per-item' | 'whole-body';
  /** Row 6. */
  readonly acceptPastExpiration: boolean;
  /** Row 8: nothing is deleted and 404; the known ones are deleted and 404; the known ones are deleted and 204. */
  readonly batchDelete: 'atomic' | 'known-then-404' | 'known-then-204';
  /** Row 9: `Ti.ReadWrite` may write its own rows. */
  readonly legacyTiReadWrite: boolean;
  /** Row 12. */
  readonly rejectMd5: boolean;
  /** The page on PATCH of a machine says both. */
  readonly patchMachineTags: 'replace' | 'append';
  /** Row 40: a tag of more than 200 characters is refused. */
  readonly limitTagLength: boolean;
  /** Row 33: a determination that does not belong to its classification is refused. */
  readonly strictDetermination: boolean;
  /** Row 34: ids that one batchUpdate takes. */
  readonly alertBatchLimit: number;
  /** Row 21: a machine takes no action while any other runs on it. */
  readonly oneActionPerDevice: boolean;
  /** Row 22: a repeated request gives the action that runs (201), instead of 400. */
  readonly repeatReturnsPending: boolean;
  /** Row 23: isolating what is isolated, releasing what is free: done once more, or 400. */
  readonly actionWithoutEffect: 'accept' | 'refuse';
  /** Row 25: cancelling an action that has ended is 400, or gives the action as it is. */
  readonly cancelEnded: 'refuse' | 'answer';
  /** Row 28: 201, or 200. */
  readonly offboardAnswer: 'created' | 'ok';
  /** Row 29: the address of a package stands in quotes of its own. */
  readonly quotePackageUri: boolean;
  /** Row 39: 403, or 201 as before September 2026. */
  readonly startInvestigation: 'disabled' | 'legacy';
  /** Whether actions are refused on platforms and versions that the documentation excludes. */
  readonly checkPlatforms: boolean;
  /** What ends every hunting query: nothing, the tenant's share of CPU, the three minutes, the size of the result. */
  readonly huntingLimit: 'none' | 'cpu' | 'timeout' | 'size';
  /** Row 18: rows of a page. */
  readonly pageSize: number;
  /** The most rows of a page of Graph's alerts; its page names no number. */
  readonly graphPageSize: number;
  /** Row 37: refuse a User-Agent that is not a partner's. */
  readonly requirePartnerUserAgent: boolean;
  /** Whether request quotas are enforced; counted they always are. */
  readonly enforceRateLimits: boolean;
  /** Row 17: what Entra says when the app has no service principal in the tenant. */
  readonly missingServicePrincipal: 'AADSTS7000229' | 'AADSTS700016';
  readonly tokenLifetimeSeconds: number;
  /** What the administrator does on the consent page. */
  readonly consentOutcome: 'accept' | 'decline';
  /** The administrator's tenant when the address names none (`common`, `organizations`). */
  readonly consentTenantId: string | null;
}

export const defaultSwitches: Switches = {
  indicatorKey: 'default',
  importFailure: 'per-item',
  indicatorLimit: 15_000,
  limitAnswer: 'per-item',
  acceptPastExpiration: false,
  batchDelete: 'atomic',
  legacyTiReadWrite: false,
  rejectMd5: false,
  patchMachineTags: 'replace',
  limitTagLength: false,
  strictDetermination: false,
  alertBatchLimit: 100,
  oneActionPerDevice: false,
  repeatReturnsPending: false,
  actionWithoutEffect: 'accept',
  cancelEnded: 'refuse',
  offboardAnswer: 'created',
  quotePackageUri: true,
  startInvestigation: 'disabled',
  checkPlatforms: true,
  huntingLimit: 'none',
  pageSize: 10_000,
  graphPageSize: 1_000,
  requirePartnerUserAgent: false,
  enforceRateLimits: true,
  missingServicePrincipal: 'AADSTS7000229',
  tokenLifetimeSeconds: 3_900,
  consentOutcome: 'accept',
  consentTenantId: null,
};

export interface SwitchBoard {
  get(): Switches;
  /** Changes the named ones; throws on a name or a value that does not exist. */
  change(changes: Readonly<Record<string, unknown>>): Switches;
  reset(): Switches;
}

const choices: Readonly<Record<string, readonly string[]>> = {
  indicatorKey: ['default', 'value+type+scope', 'conflict'],
  importFailure: ['per-item', 'whole-body'],
  limitAnswer: ['per-item', 'whole-body'],
  batchDelete: ['atomic', 'known-then-404', 'known-then-204'],
  patchMachineTags: ['replace', 'append'],
  actionWithoutEffect: ['accept', 'refuse'],
  cancelEnded: ['refuse', 'answer'],
  offboardAnswer: ['created', 'ok'],
  startInvestigation: ['disabled', 'legacy'],
  huntingLimit: ['none', 'cpu', 'timeout', 'size'],
  missingServicePrincipal: ['AADSTS7000229', 'AADSTS700016'],
  consentOutcome: ['accept', 'decline'],
};

export function createSwitches(initial: Partial<Switches> = {}): SwitchBoard {
  const start = { ...defaultSwitches, ...checked({ ...initial }) };
  let current = start;
  return {
    get: () => current,
    change: (changes) => (current = { ...current, ...checked(changes) }),
    reset: () => (current = start),
  };
}

function checked(changes: Readonly<Record<string, unknown>>): Partial<Switches> {
  const known: Readonly<Record<string, unknown>> = { ...defaultSwitches };
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in known)) throw new RangeError(`There is no switch ${name}.`);
    const isFitting =
      name === 'consentTenantId'
        ? value === null || typeof value === 'string'
        : typeof value === typeof known[name] && (choices[name]?.includes(String(value)) ?? true);
    if (!isFitting) throw new RangeError(`Switch ${name} cannot be ${JSON.stringify(value)}.`);
  }
  return changes;
}
