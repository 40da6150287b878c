import type { JsonSchema } from '../../../shared/contract/api/document.ts';
import { html, prose } from './html.ts';
import type { Html } from './html.ts';

interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** A component: what it is, its fields, examples. */
export function toSchemaSection(name: string, schema: JsonSchema): Html {
  const { description = '', examples = [] } = schema;
  return html`<details id="${anchorOf(name)}">
    <summary><strong>${name}</strong> <span class="faint">${prose(description)}</span></summary>
    ${toVariants(schema)} ${toExamples(examples)}
  </details>`;
}

/** Examples, folded away. */
export function toExamples(examples: readonly unknown[]): Html {
  return html`${examples.map((example) => html`<pre>${JSON.stringify(example, null, 2)}</pre>`)}`;
}

/** A type in a few words, with a link where it has a name. */
export function toTypeWords(schema: JsonSchema): Html {
  const { $ref, type, items, oneOf, anyOf } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return html`<a href="#${anchorOf(name)}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  if (schema.enum !== undefined)
    return html`${joined(
      schema.enum.map((each) => html`<code>${String(each)}</code>`),
      ' ',
    )}`;
  const variants = oneOf ?? anyOf;
  if (variants !== undefined) return html`${joined(variants.map(toTypeWords), ' or ')}`;
  if (type === 'array') return html`list of ${toTypeWords(items ?? {})}`;
  return html`${type ?? 'any'}`;
}

function toVariants(schema: JsonSchema): Html {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants === undefined) return toTable(schema);
  return html`<p>One of:</p>
    ${variants.map((variant) => (variant.properties === undefined ? html`<p>${toTypeWords(variant)}</p>` : toTable(variant)))}`;
}

function toTable(schema: JsonSchema): Html {
  const fields = fieldsOf(schema, '');
  if (fields.length === 0) return html`<p>${toTypeWords(schema)} ${toRules(schema)}</p>`;
  const rows = fields.map(
    ({ name, schema: field, isRequired }) =>
      html`<tr>
        <td><code>${name}</code></td>
        <td>${toTypeWords(field)}</td>
        <td>${isRequired ? 'required' : ''}</td>
        <td>${toRules(field)}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>Field</th>
        <th>Type</th>
        <th></th>
        <th>Rule</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** All fields, those of fields too: `policy.alerts.mode`, `value[].id`. Variants and named schemas are not looked into. */
function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): readonly Field[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const own = { name, schema, isRequired: required.includes(key) };
    if (schema.properties !== undefined) return [own, ...fieldsOf(schema, `${name}.`)];
    return schema.items?.properties === undefined ? [own] : [own, ...fieldsOf(schema.items, `${name}[].`)];
  });
}

function toRules(schema: JsonSchema): Html {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum } = schema;
  const rules = [
    schema.description === undefined ? [] : [prose(schema.description)],
    between('characters', minLength, maxLength),
    between('items', minItems, maxItems),
    between('', minimum, maximum),
    schema.pattern === undefined ? [] : [html`<code>${schema.pattern}</code>`],
    schema.default === undefined ? [] : [html`default <code>${JSON.stringify(schema.default)}</code>`],
  ].flat();
  return html`${joined(rules, '; ')}`;
}

function between(unit: string, least: number | undefined, most: number | undefined): readonly Html[] {
  // Bounds that only say what a JSON number can hold are no news.
  const [low, high] = [least === 0 ? undefined : least, most === Number.MAX_SAFE_INTEGER ? undefined : most];
  if (low === undefined && high === undefined) return [];
  if (high === undefined) return [html`at least ${low} ${unit}`];
  return low === undefined ? [html`at most ${high} ${unit}`] : [html`${low} to ${high} ${unit}`];
}

function joined(parts: readonly Html[], separator: string): readonly Html[] {
  return parts.map((part, i) => (i === 0 ? part : html`${separator}${part}`));
}

function anchorOf(name: string): string {
  return `schema-${name}`;
}
