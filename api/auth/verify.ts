/** Checks bearer tokens: signature, algorithm, issuer, audience, time, and the form of what they claim. */
import { createLocalJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { ROLES, type Role } from '../../schema/command.js';
import { GridbookError } from '../../schema/errors.js';
import { isRecordId } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { LOCAL_AUDIENCE, LOCAL_ISSUER } from './issue.js';
import { keySetOf } from './key-set.js';
import { DEMONSTRATION_KEY, type LocalKey } from './keys.js';
import { VerifiedTokens } from './verified-tokens.js';
import type { Viewer } from './viewer.js';

/** Nothing else is accepted, `none` and shared secrets least of all. */
const ALGORITHMS = ['ES256', 'EdDSA'];
const TOKEN_LENGTH = 4_096;
const SUBJECT_LENGTH = 200;

export interface VerifierOptions {
  /** File or https address of a JWKS. */
  readonly jwks?: string;
  /** Demonstration key; refused in production and off loopback. */
  readonly localKey?: LocalKey;
  readonly issuer?: string;
  readonly audience?: string;
  readonly isProduction: boolean;
  readonly isLoopback: boolean;
}

export class TokenVerifier {
  private readonly verified = new VerifiedTokens();

  private constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly issuer: string,
    private readonly audience: string,
    /** Whether tokens under a demonstration key are accepted, wherever the key came from. */
    private readonly isDemonstration: boolean,
  ) {}

  /** Refuses to start with demonstration keys in production or on an address that others reach. */
  static async open(options: VerifierOptions): Promise<TokenVerifier> {
    const { jwks, localKey, isProduction, isLoopback } = options;
    const mayDemonstrate = isLoopback && !isProduction;
    const issuer = options.issuer ?? LOCAL_ISSUER;
    const audience = options.audience ?? LOCAL_AUDIENCE;
    if (jwks !== undefined) {
      return new TokenVerifier(await keySetOf(jwks), issuer, audience, mayDemonstrate);
    }
    if (!localKey || !mayDemonstrate) throw new DemonstrationKeyError(isProduction);
    return new TokenVerifier(createLocalJWKSet({ keys: [localKey.publicJwk] }), issuer, audience, true);
  }

  /**
   * The viewer of an Authorization header; refused with UNAUTHENTICATED, whatever is wrong with it, and with INTERNAL
   * where the keys cannot be fetched.
   */
  async viewerOf(header: string): Promise<Viewer> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH) throw new GridbookError('UNAUTHENTICATED');
    const known = this.verified.viewerOf(token);
    if (known) return known;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        algorithms: ALGORITHMS,
        issuer: this.issuer,
        audience: this.audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: LIMITS.tokenToleranceSeconds,
      });
      if (protectedHeader.kid === DEMONSTRATION_KEY && !this.isDemonstration) {
        throw new DemonstrationKeyError(false);
      }
      const viewer = viewerOfClaims(payload);
      this.verified.add(token, viewer, (payload.exp as number) + LIMITS.tokenToleranceSeconds);
      return viewer;
    } catch (error) {
      if (error instanceof GridbookError) throw error;
      throw new GridbookError('UNAUTHENTICATED', undefined, { cause: error });
    }
  }
}

/** Demonstration keys are for one's own machine. */
export class DemonstrationKeyError extends Error {
  readonly code = 'DEMONSTRATION_KEY';

  constructor(isProduction: boolean) {
    super(
      isProduction
        ? 'demonstration keys are refused in production: name a JWKS with GRIDBOOK_JWKS'
        : 'demonstration keys work on loopback only: listen on 127.0.0.1, or name a JWKS with GRIDBOOK_JWKS',
    );
    this.name = 'DemonstrationKeyError';
  }
}

function viewerOfClaims(claims: Readonly<Record<string, unknown>>): Viewer {
  const { sub, org, role, lane, participant } = claims;
  const isRole = typeof role === 'string' && (ROLES as readonly string[]).includes(role);
  if (typeof sub !== 'string' || typeof org !== 'string' || !isRecordId(org) || !isRole) {
    throw new Error('a claim is missing');
  }
  const viewer = { subject: sub.slice(0, SUBJECT_LENGTH), organisation: org, role: role as Role };
  if (role !== 'PARTICIPANT') return viewer;
  const isParticipant = Number.isSafeInteger(participant) && (participant as number) > 0;
  // A participant is hosted by the organisation whose lane it lives in.
  if (lane !== org || !isParticipant) throw new Error('a participant’s token names its lane and number');
  return { ...viewer, participant: { lane: org, number: participant as number } };
}
