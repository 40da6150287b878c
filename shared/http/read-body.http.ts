import type { ReadableStreamDefaultReader, ReadableStreamReadResult } from 'node:stream/web';
import type { HttpRequest } from '@azure/functions';
import { RejectedInput } from '../errors.ts';

/**
 * Reads a body whole, and not one byte more than `maxBytes`: by `Content-Length` when it was announced, else counted while
 * reading. Throws `body_too_large`, or `malformed_body` when the sender broke off.
 */
export async function readBody(request: Pick<HttpRequest, 'headers' | 'body'>, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const reader: Reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await next(reader);
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > maxBytes) {
      // The answer does not wait for the rest; nobody asks how that ends.
      letPass(reader).catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function next(reader: Reader): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new RejectedInput('malformed_body', 'The body ended before it was complete.', { cause });
  }
}

/**
 * Reads on, and keeps nothing. The host sends the requests of many callers over the same few connections: one with half a
 * body left in it would hold up whoever has it next. How much there can be is limited by the host (100 MiB).
 */
async function letPass(reader: Reader): Promise<void> {
  let isOver = false;
  while (!isOver) isOver = (await reader.read()).done;
}

function tooLarge(maxBytes: number): RejectedInput {
  return new RejectedInput('body_too_large', `The body may have at most ${maxBytes} bytes.`);
}
