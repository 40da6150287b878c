import type { z } from 'zod';
import type { Scope } from '../caller.ts';
import type { ProblemCode } from '../problem.ts';
import type { InputName } from './input-schemas.ts';
import type { OutputName } from './output-schemas.ts';

/** One route of the contract, as `/openapi.json` tells of it. What every route does is not said again. */
export interface ApiRoute {
  /** The function's name. */
  readonly name: string;
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** After `/api/v1`. */
  readonly path: string;
  readonly tag: ApiTag;
  readonly summary: string;
  readonly description?: string;
  /** `Started`: the scope that started the operation. */
  readonly scope: Scope | 'admin' | 'Public' | 'Started';
  /** Takes a signature in place of a token, and a key that makes repeating it safe. */
  readonly isWebhook?: boolean;
  readonly query?: z.ZodObject;
  /** Comes in pages. */
  readonly isList?: boolean;
  /** Honours `If-Match`. */
  readonly isVersioned?: boolean;
  readonly body?: InputName;
  readonly isBodyOptional?: boolean;
  readonly answers: readonly ApiAnswer[];
  /** Besides those of every route of its form. */
  readonly problems?: readonly ProblemCode[];
}

/** What a route may answer when all went well. */
export interface ApiAnswer {
  readonly status: 200 | 202 | 204;
  readonly description: string;
  readonly schemas?: readonly OutputName[];
  readonly contentType?: string;
  readonly headers?: readonly ('ETag' | 'Operation-Location' | 'Retry-After' | 'Idempotent-Replayed')[];
}

export type ApiTag =
  'Alerts' | 'Actions' | 'Machines' | 'Operations' | 'Indicators' | 'Feeds' | 'Tenants' | 'Callers' | 'Status';

/** An operation: over, or with where and when to ask again. */
export const operationAnswers: readonly ApiAnswer[] = [
  {
    status: 200,
    description: 'The operation, ended.',
    schemas: ['Operation'],
    headers: ['Idempotent-Replayed'],
  },
  {
    status: 202,
    description: 'The operation goes on.',
    schemas: ['Operation'],
    headers: ['Operation-Location', 'Retry-After', 'Idempotent-Replayed'],
  },
];

/** An answer of one schema. */
export function answer(schema: OutputName, more: Partial<ApiAnswer> = {}): readonly ApiAnswer[] {
  return [{ status: 200, description: more.description ?? 'Done.', schemas: [schema], ...more }];
}

/** The document, with its version. */
export function documentAnswer(schema: OutputName): readonly ApiAnswer[] {
  return answer(schema, { description: 'The document.', headers: ['ETag'] });
}

export const goneAnswer: readonly ApiAnswer[] = [{ status: 204, description: 'It is gone.' }];
