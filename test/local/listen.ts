import { once } from 'node:events';
import type { Server } from 'node:net';

/** Lets a server listen, and names a port that somebody else has. */
export async function listen(server: Server, { port, host }: Address): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new Error(portTaken(port), { cause: error }) : error;
  }
}

export function portTaken(port: number): string {
  return `Port ${port} is taken: stop the program that listens there, or choose another port.`;
}

export interface Address {
  readonly port: number;
  readonly host: string;
}
