import type { HttpResponseInit } from '@azure/functions';
import type { Problem } from '../contract/problem.ts';
import type { Answer } from './route.ts';

/** The answer of a handler, with the headers of every answer. */
export function toResponse({ status, body, text, headers }: Answer, traceId: string): HttpResponseInit {
  const content =
    body !== undefined ? { contentType: 'application/json; charset=utf-8', content: JSON.stringify(body) } : text;
  return {
    status,
    headers: {
      ...standardHeaders(traceId),
      ...(content === undefined ? {} : { 'Content-Type': content.contentType }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content.content }),
  };
}

/** A problem document as an answer. */
export function toProblemResponse(problem: Problem, headers: Readonly<Record<string, string>>): HttpResponseInit {
  return {
    status: problem.status,
    headers: { ...standardHeaders(problem.traceId), 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify(problem),
  };
}

function standardHeaders(traceId: string): Record<string, string> {
  return { 'request-id': traceId, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
}
