import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** Lets a server listen, and names a port that somebody else has. */
export async function listen(server: Server, { port, host = '127.0.0.1' }: Address): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken: stop the program that listens there and try again.`, { cause: error });
  }
}

/** Throws when somebody listens on the port. */
export async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, { port });
  await new Promise((resolve) => server.close(resolve));
}

/**
 * A port of the loopback address that nobody listens on. Below those that systems hand out by themselves, to whoever connects
 * or listens on port 0: it is still free when it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const isFree = await requireFreePort(port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

export interface Address {
  readonly port: number;
  /** The loopback address when absent. */
  readonly host?: string;
}
