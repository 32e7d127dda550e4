/** Who asks: what a valid token says of its bearer. */
import type { Role } from '../../schema/command.js';

export interface Viewer {
  /** Subject of the token; for logs and throttling only. */
  readonly subject: string;
  /** Organisation that the bearer belongs to, or that hosts the participant. */
  readonly organisation: string;
  readonly role: Role;
  /** The participant, where the role is PARTICIPANT. */
  readonly participant?: { readonly lane: string; readonly number: number };
}
