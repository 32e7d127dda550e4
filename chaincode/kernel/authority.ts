/** Who may do what (A1–A4): a command without an entry cannot be registered. */
import { ROLES, type Role } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';

export interface Authority {
  /** Roles that may give the command; PARTICIPANT means the actor itself, through its host. */
  readonly roles: readonly Role[];
  /** Whose agreement the command needs beyond its giver's, in words; 'none' where it needs none. */
  readonly consent: string;
  /** Whether the command states a reason (A3). */
  readonly reason: boolean;
}

/** Checks an entry when its command is registered. */
export function assertAuthority(
  name: string,
  authority: Authority | undefined,
  fields: readonly string[],
): void {
  if (!authority || authority.roles.length === 0)
    throw new Error(`command ${name} has no authorisation rule`);
  for (const role of authority.roles) {
    if (!ROLES.includes(role)) throw new Error(`command ${name} names an unknown role`);
  }
  if (authority.reason && !fields.includes('reason')) throw new Error(`command ${name} must take a reason`);
}

/** Default deny: the role that acts must be listed. */
export function assertRole(authority: Authority, role: string): void {
  if (!(authority.roles as readonly string[]).includes(role)) throw new Refusal('NOT_AUTHORISED');
}
