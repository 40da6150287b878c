import type { SimulatorClock } from '../clock.ts';
import type { SwitchBoard } from '../switches.ts';
import type { Directory } from './directory.ts';
import type { TokenSigner } from './tokens.ts';

/** What the Entra routes stand on. */
export interface EntraContext {
  readonly clock: SimulatorClock;
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly switches: SwitchBoard;
  /** `https://127.0.0.1:{port}`, known once the server listens. */
  readonly origin: () => string;
}
