import { createHash } from 'node:crypto';
import type { OpenApiDocument, OpenApiPath } from '../../../shared/contract/api/document.ts';
import { html, prose } from './html.ts';
import type { Html } from './html.ts';
import { toRouteSection } from './route-section.ts';
import type { ListedRoute } from './route-section.ts';
import { toSchemaSection } from './schema-table.ts';
import { style } from './style.ts';

/** Nothing is loaded, run, framed or sent: the page is this one text, with this one style. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Not a byte more than what was hashed. */
const styleElement: Html = { html: `<style>${style}</style>` };

/** The document as a page that can be read, searched and printed without scripts. */
export function toDocsPage(document: OpenApiDocument): string {
  const { info, servers, tags, paths, webhooks, components } = document;
  const operations = listOf(paths);
  const [summary = '', conventions = ''] = info.description.split('\n\n');
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}: API ${info.version}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${info.title}</h1>
          <p class="faint">
            Version ${info.version} · ${servers[0]?.url} · <a href="openapi.json">openapi.json</a> ·
            <a href="${info.contact.url}" rel="noreferrer">support</a>
          </p>
          <p>${summary}</p>
          <nav aria-label="Contents">
            <ul>
              ${tags.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}
              <li><a href="#callers-proof">How to call</a></li>
              <li><a href="#callbacks">Callbacks</a></li>
              <li><a href="#schemas">Schemas</a></li>
            </ul>
          </nav>
          <h2 id="callers-proof">How to call</h2>
          <p>${prose(conventions)}</p>
          ${toSecurity(components.securitySchemes)}
          ${tags.map(
            ({ name, description }) =>
              html`<h2 id="${name}">${name}</h2>
                <p>${description}</p>
                ${operations.filter(({ operation }) => operation.tags?.includes(name)).map(toRouteSection)}`,
          )}
          <h2 id="callbacks">Callbacks</h2>
          <p>
            Signed with the secret <code>callback-{callerId}</code>, at least once, in any order: ignore a lower
            <code>version</code>.
          </p>
          ${listOf(webhooks).map(toRouteSection)}
          <h2 id="schemas">Schemas</h2>
          ${Object.entries(components.schemas).map(([name, schema]) => toSchemaSection(name, schema))}
        </main>
      </body>
    </html> `;
  return page.html;
}

function listOf(paths: Readonly<Record<string, OpenApiPath>>): readonly ListedRoute[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function toSecurity(schemes: OpenApiDocument['components']['securitySchemes']): Html {
  const rows = Object.values(schemes).map((scheme) => {
    const { name = 'Authorization: Bearer', description = '' } = scheme as {
      readonly name?: string;
      readonly description?: string;
    };
    return html`<tr>
      <td><code>${name}</code></td>
      <td>${prose(description)}</td>
    </tr>`;
  });
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
