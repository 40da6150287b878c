import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { html, prose } from '../../../functions/operations/docs/html.ts';
import { createOpenApiHandlers } from '../../../functions/operations/openapi.http.ts';
import { registerApiDescription } from '../../../functions/operations/triggers.ts';
import type { OpenApiDocument } from '../../../shared/contract/api/document.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { partnerSchema } from '../../../shared/contract/partner.ts';
import { createRouteRecorder } from '../../../shared/http/registrar.ts';
import { call, httpRequest } from '../../builders/http.ts';
import { serveAs } from '../../builders/serve.ts';
import { InvocationContext } from '@azure/functions';
import type { HttpHandler, HttpResponseInit } from '@azure/functions';

const partner = {
  ...partnerSchema.parse(JSON.parse(contractExamples.partner)),
  displayName: 'Contoso <script>alert(1)</script>',
};

function setUp() {
  const recorder = createRouteRecorder({ http: () => undefined, timer: () => undefined });
  const handlers = createOpenApiHandlers(serveAs(), {
    ...{ routes: recorder.routes, partner, version: '1.2.3', publicUrl: 'https://app.contoso.example' },
  });
  registerApiDescription(recorder, handlers);
  for (const [method, route] of [
    ['GET', 'api/v1/tenants/{tenantId}'],
    ['POST', 'api/v1/feeds/{feedId}/indicators'],
    ['GET', 'connect'],
  ] as const) {
    recorder.http(route, { methods: [method], route, handler: handlers.docs });
  }
  return handlers;
}

/** An answer that is no JSON. */
async function read(handler: HttpHandler): Promise<{ readonly headers: Headers; readonly text: string }> {
  const context = new InvocationContext({ functionName: 'docs', invocationId: 'i', logHandler: () => undefined });
  const { headers = {}, body } = (await handler(httpRequest({}), context)) as HttpResponseInit;
  return { headers: new Headers(headers as Record<string, string>), text: String(body) };
}

describe('/openapi.json', () => {
  it('tells of the routes that the app has', async () => {
    const answer = await call(setUp().openapi, {});
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const { paths } = answer.json as OpenApiDocument;
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(served.toSorted()).toEqual([
      'get /docs',
      'get /openapi.json',
      'get /tenants/{tenantId}',
      'post /feeds/{feedId}/indicators',
    ]);
  });
});

describe('/docs', () => {
  it('is one page that asks nobody for anything', async () => {
    const { headers, text } = await read(setUp().docs);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text.startsWith('<!doctype html>')).toBe(true);
    expect(text).not.toMatch(/<(?:script|link|img|iframe|object|embed|form|base)\b|\son\w+=|\sstyle=|@import|url\(/i);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
    const leading = addresses.filter((address) => !address.startsWith('#'));
    expect(leading).toEqual(['openapi.json', 'https://contoso.example/support']);
  });

  it('lets nothing but its own style in', async () => {
    const { headers, text } = await read(setUp().docs);
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('shows routes, schemas and callbacks, whatever is in their texts', async () => {
    const { text } = await read(setUp().docs);
    expect(text).toContain('Contoso &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('<code>/tenants/{tenantId}</code>');
    expect(text).toContain('<code>action.succeeded</code>');
    expect(text).toContain('finding-8841');
    expect(text).not.toContain('[object Object]');
    expect(text).not.toContain('undefined');
  });

  it('leads every link to a place on the page', async () => {
    const { text } = await read(setUp().docs);
    const ids = new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
    const links = [...text.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    expect(links.length).toBeGreaterThan(50);
  });

  it('has every element closed', async () => {
    const { text } = await read(setUp().docs);
    const open: string[] = [];
    for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (name === 'meta') continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

describe('html', () => {
  it('escapes what is put in, but for markup', () => {
    const inner = html`<b title="${'"'}">${"<&'"}</b>`;
    expect(html`<p>${inner}${[inner]}${1}${undefined}</p>`.html).toBe(
      `<p>${'<b title="&quot;">&lt;&amp;&#39;</b>'.repeat(2)}1</p>`,
    );
  });

  it('sets code apart', () => {
    expect(prose('a `<b>` c').html).toBe('a <code>&lt;b&gt;</code> c');
  });
});
