/** How long certificates count. */
import { X509Certificate } from 'node:crypto';

export interface Term {
  /** In ms since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const DAY_MS = 86_400_000;
/** So many days before its end a certificate is to be renewed. */
export const SOON_DAYS = 30;

export const isSoonOver = ({ notAfter }: Term, now: number): boolean => notAfter < now + SOON_DAYS * DAY_MS;

/** The certificates of a PEM text. */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** The narrowest term of a file's certificates; undefined where there is none that can be read. */
export function termOf(text: string): Term | undefined {
  try {
    const certificates = certificatesIn(text);
    if (certificates.length === 0) return undefined;
    return {
      notBefore: Math.max(...certificates.map(({ validFrom }) => Date.parse(validFrom))),
      notAfter: Math.min(...certificates.map(({ validTo }) => Date.parse(validTo))),
    };
  } catch {
    return undefined;
  }
}
