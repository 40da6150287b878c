import type { Exchange, Parameters, Reply } from '../http/exchange.ts';
import type { Switches } from '../switches.ts';
import type { DefenderError } from './errors.ts';
import type { QuotaName } from './quotas.ts';

/** A request that has passed token, quota and role. */
export interface DefenderCall {
  readonly exchange: Exchange;
  readonly parameters: Parameters;
  readonly tenantId: string;
  readonly clientId: string;
  readonly applicationName: string;
  readonly roles: readonly string[];
  readonly nowMs: number;
  readonly switches: Switches;
}

/** One call of the API. Add an API by handing a list of these to `createDefenderRoutes`. */
export interface DefenderOperation {
  readonly method: string;
  /** Beginning with `/api/`, without the version segment. */
  readonly path: string;
  /** Any one of them. */
  readonly roles: readonly string[];
  readonly quota: QuotaName;
  readonly handle: (call: DefenderCall) => Reply | DefenderError | Promise<Reply | DefenderError>;
}

/** `https://{host called}/api/$metadata#{name}`. */
export function contextOf(exchange: Exchange, name: string): string {
  return `https://${exchange.host}/api/$metadata#${name}`;
}
