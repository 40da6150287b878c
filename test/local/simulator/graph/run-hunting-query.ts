import { isRecord, json, readJson } from '../http/exchange.ts';
import { createQueryChecker } from '../hunting/language.ts';
import { runQuery } from '../hunting/query.ts';
import { toPeriod } from '../hunting/timespan-parameter.ts';
import { badRequest } from './errors.ts';
import type { EventStoreOf } from '../events/store.ts';
import type { Reply } from '../http/exchange.ts';
import type { CheckQuery } from '../hunting/language.ts';
import type { GraphError } from './errors.ts';
import type { GraphCall, GraphOperation } from './routes.ts';

const cycleMs = 15 * 60_000;

/** https://learn.microsoft.com/graph/api/security-security-runhuntingquery */
export function huntingOperation(events: EventStoreOf): GraphOperation {
  const check = createQueryChecker();
  return {
    ...{ method: 'POST', path: '/v1.0/security/runHuntingQuery', roles: ['ThreatHunting.Read.All'] },
    quota: 'huntingQueries',
    handle: (call) => runHuntingQuery(call, events, check),
  };
}

function runHuntingQuery(call: GraphCall, events: EventStoreOf, check: CheckQuery): Reply | GraphError {
  const { exchange, tenantId, nowMs } = call;
  const body = readJson(exchange);
  if (!isRecord(body)) return badRequest('The body is no JSON object.');
  const { Query: query, Timespan: timespan = null } = body;
  if (typeof query !== 'string' || query.trim() === '') return badRequest('The parameter Query is missing.');
  if (timespan !== null && typeof timespan !== 'string') return badRequest('The parameter Timespan is no text.');
  const period = toPeriod(timespan ?? undefined, nowMs);
  if (!period) return badRequest(`The parameter Timespan is invalid: ${timespan}.`);
  const limited = reachedLimit(call);
  if (limited) return limited;
  const result = runQuery(check, query, { events: events(tenantId), nowMs, period });
  if (result.kind === 'refused') return badRequest(result.message);
  const { schema, results } = result;
  const context = `https://${exchange.host}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults`;
  return json(200, { '@odata.context': context, schema, results });
}

/** What the switch says that every query runs into. */
function reachedLimit({ switches, nowMs }: GraphCall): GraphError | undefined {
  switch (switches.huntingLimit) {
    case 'none':
      return undefined;
    case 'cpu': {
      const waitSeconds = Math.max(1, Math.ceil((cycleMs - (nowMs % cycleMs)) / 1_000));
      const message = "The tenant's CPU quota is used up until the next 15-minute cycle.";
      return { code: 'TooManyRequests', message, headers: { 'retry-after': String(waitSeconds) } };
    }
    case 'timeout':
      return badRequest('Query execution has exceeded the allowed time of 3 minutes.');
    case 'size':
      return badRequest('Query execution has exceeded the allowed result size.');
  }
}
