import type { OpenApiOperation } from '../../../shared/contract/api/document.ts';
import { html, prose } from './html.ts';
import type { Html } from './html.ts';
import { toExamples, toTypeWords } from './schema-table.ts';

/** An operation where it stands; a callback's path is its type. */
export interface ListedRoute {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

/** A route: what it does, what it takes and what it may answer. */
export function toRouteSection({ path, method, operation }: ListedRoute): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const content = Object.values(requestBody?.content ?? {})[0];
  const examples = Object.values(content?.examples ?? {}).map(({ value }) => value);
  const schema = content?.schema;
  return html`<section class="route" id="${operationId}">
    <h3><span class="method">${method}</span> <code>${path}</code></h3>
    <p>${summary}.${description === undefined ? '' : ' '}${prose(description ?? '')}</p>
    <p class="faint">${toNeeds(operation)}</p>
    ${parameters.length === 0 ? undefined : toParameters(parameters)}
    ${schema === undefined ? undefined : html`<p>Body${requestBody?.required === true ? '' : ' (may be left out)'}: ${toTypeWords(schema)}</p>`}
    ${
      examples.length === 0
        ? undefined
        : html`<details>
            <summary>Examples</summary>
            ${toExamples(examples)}
          </details>`
    }
    ${toResponses(responses)}
  </section>`;
}

function toNeeds({ security = [] }: OpenApiOperation): Html {
  const [first] = security;
  if (first === undefined) return html`Public.`;
  const roles = [...new Set(security.flatMap((each) => Object.values(each).flat()))];
  const ways = security.length > 1 ? 'A token or a signature' : 'A token';
  return roles.length === 0 ? html`${ways}.` : html`${ways} with ${roles.map((role) => html`<code>${role}</code>`)}.`;
}

function toParameters(parameters: NonNullable<OpenApiOperation['parameters']>): Html {
  const rows = parameters.map(
    ({ name, in: place, schema, description = '' }) =>
      html`<tr>
        <td><code>${name}</code></td>
        <td class="faint">${place}</td>
        <td>${toTypeWords(schema)}</td>
        <td>${prose(description)}</td>
      </tr>`,
  );
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function toResponses(responses: OpenApiOperation['responses']): Html {
  const rows = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [type, body] = Object.entries(content)[0] ?? [];
    const isProblem = type === 'application/problem+json';
    const schema = isProblem || body?.schema === undefined ? undefined : toTypeWords(body.schema);
    return html`<tr>
      <td>${status}</td>
      <td>${prose(description)} ${schema}</td>
    </tr>`;
  });
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
