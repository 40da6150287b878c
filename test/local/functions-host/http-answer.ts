import type { ServerResponse } from 'node:http';

/** An answer without a body, and without a word about why. */
export function endEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(value));
}
