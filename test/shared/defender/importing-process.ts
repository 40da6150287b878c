// An instance of the app as far as imports go: a process of its own with the real client, credentials and budgets. It is told
// the time and how many calls to try, and answers with what came of them.
import { randomUUID } from 'node:crypto';
import { createTenantCredentials } from '../../../shared/auth/tenant-credentials.client.ts';
import { createOwnCredential } from '../../../shared/auth/own-credential.client.ts';
import { createBudgets } from '../../../shared/defender/budgets.store.ts';
import { createDefender } from '../../../shared/defender/request.client.ts';
import { createDefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { openTables } from '../../../shared/tables.client.ts';

/** Who the instance is and where it talks to. */
export interface InstanceOptions {
  readonly origin: string;
  readonly connectionString: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly identityClientId: string;
  readonly userAgent: string;
}

/** One order: the time for the whole round, and how many calls to try in it. */
export interface Round {
  readonly nowMs: number;
  readonly calls: number;
}

/** What came of a round. */
export interface RoundResult {
  readonly imported: number;
  readonly throttled: number;
  readonly failures: readonly string[];
}

const options = JSON.parse(process.argv[2] ?? '') as InstanceOptions;
let nowMs = 0;
const now = () => nowMs;

const indicators = createDefenderIndicators(
  createDefender({
    endpoints: {
      defender: { apiUrl: options.origin, tokenScope: 'https://api.securitycenter.microsoft.com/.default' },
      graph: { apiUrl: options.origin, tokenScope: 'https://graph.microsoft.com/.default' },
    },
    userAgent: options.userAgent,
    credentials: createTenantCredentials({
      settings: { authorityHost: options.origin, clientId: options.clientId, credential: 'federated' },
      isKnownTenant: () => Promise.resolve(true),
      ownCredential: createOwnCredential({ identityClientId: options.identityClientId }),
      readSecret: () => Promise.resolve(undefined),
    }),
    budgets: createBudgets({
      table: openTables({ connectionString: options.connectionString })('budgets'),
      now,
      random: Math.random,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      newId: randomUUID,
    }),
    now,
    random: Math.random,
    sleep: () => Promise.resolve(),
  }),
);

async function importOne(name: string): Promise<'imported' | 'throttled' | { readonly failure: string }> {
  try {
    const row = {
      indicatorValue: name,
      indicatorType: 'DomainName',
      action: 'Block',
      title: 't',
      description: 'd',
    } as const;
    const [result] = await indicators.importIndicators({ tenantId: options.tenantId, cloud: 'Commercial' }, [row]);
    return result?.kind === 'imported' ? 'imported' : { failure: JSON.stringify(result) };
  } catch (error) {
    return error instanceof UpstreamUnavailable && error.throttled ? 'throttled' : { failure: String(error) };
  }
}

process.on('message', (round: Round) => {
  nowMs = round.nowMs;
  const names = Array.from({ length: round.calls }, (_, i) => `n${i}.p${process.pid}.bad.example`);
  void Promise.all(names.map(importOne)).then((results) => {
    process.send?.({
      imported: results.filter((result) => result === 'imported').length,
      throttled: results.filter((result) => result === 'throttled').length,
      failures: results.flatMap((result) => (typeof result === 'string' ? [] : [result.failure])),
    } satisfies RoundResult);
  });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
