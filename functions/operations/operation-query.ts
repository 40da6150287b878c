import type { z } from 'zod';
import { operationQuerySchema } from '../../shared/contract/operation.ts';
import { parseTimeMs } from '../../shared/contract/primitives.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import type { PageQuery } from '../../shared/http/list-page.ts';
import { pageQueryErrors, readPageQuery } from '../../shared/http/list-page.ts';
import { readQuery } from '../../shared/http/read-query.ts';
import type { OperationFilter } from '../../shared/work/stores/operations.store.ts';

/** Reads filter and page. Throws `invalid_field` that names every wrong parameter. */
export function readOperationQuery(query: URLSearchParams): {
  readonly filter: OperationFilter;
  readonly page: PageQuery;
} {
  const { values, errors } = readQuery(query, operationQuerySchema);
  const all = [...errors, ...pageQueryErrors(query)];
  if (all.length > 0) throw invalidFields(all);
  return { filter: toFilter(values), page: readPageQuery(query) };
}

function toFilter({ from, to, ...same }: Partial<z.output<typeof operationQuerySchema>>): OperationFilter {
  return {
    ...Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)),
    ...(from === undefined ? {} : { fromMs: parseTimeMs(from) }),
    ...(to === undefined ? {} : { toMs: parseTimeMs(to) }),
  };
}
