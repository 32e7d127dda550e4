/** Issues tokens for local use. */
import { SignJWT } from 'jose';
import { ALGORITHM, type LocalKey } from './keys.js';
import type { Viewer } from './viewer.js';

export const LOCAL_ISSUER = 'gridbook-local';
export const LOCAL_AUDIENCE = 'gridbook';

export interface TokenOptions {
  readonly lifetimeSeconds: number;
  readonly issuer?: string;
  readonly audience?: string;
  /** Time of issue in ms since 1970; now where it is absent. */
  readonly nowMs?: number;
}

export function issueToken(key: LocalKey, viewer: Viewer, options: TokenOptions): Promise<string> {
  const now = Math.floor((options.nowMs ?? Date.now()) / 1000);
  const { organisation, role, participant } = viewer;
  return new SignJWT({
    org: organisation,
    role,
    ...(participant ? { lane: participant.lane, participant: participant.number } : {}),
  })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.keyId, typ: 'JWT' })
    .setSubject(viewer.subject)
    .setIssuer(options.issuer ?? LOCAL_ISSUER)
    .setAudience(options.audience ?? LOCAL_AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + options.lifetimeSeconds)
    .sign(key.privateKey);
}
