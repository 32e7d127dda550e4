/** What the doctor looks at in keys and certificates: who can read them, and how long they count. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { certificatesIn, isSoonOver, SOON_DAYS, termOf, type Term } from './certificate-term.js';
import { listed, type Finding } from './doctor-finding.js';
import type { Layout } from './layout.js';
import { authorityOf } from './nodes.js';

export interface CertificateTerm {
  /** File that it lies in, from the network's folder on. */
  readonly file: string;
  /** Undefined where the file holds no certificate that can be read. */
  readonly term?: Term;
  /** Whether another authority than its organisation's issued it. */
  readonly isForeign?: boolean;
}

/** Every certificate of the folder that is in use. */
export function certificatesOf(layout: Layout): CertificateTerm[] {
  const authorities = new Map<string, X509Certificate | undefined>();
  return pemFiles(layout)
    .filter((path) => !isKey(path) && !path.includes(`${sep}revoked${sep}`))
    .map((path) => {
      const file = relative(layout.root, path);
      const [, organisation] = file.split(sep);
      if (!authorities.has(organisation)) authorities.set(organisation, authorityIn(layout, organisation));
      return { file, ...factsOf(readFileSync(path, 'utf8'), authorities.get(organisation)) };
    });
}

function authorityIn(layout: Layout, organisation: string): X509Certificate | undefined {
  try {
    return new X509Certificate(authorityOf(layout, organisation));
  } catch {
    return undefined;
  }
}

export function keysFinding(layout: Layout): Finding {
  const keys = pemFiles(layout).filter(isKey);
  const open = keys.filter((path) => (statSync(path).mode & 0o077) !== 0);
  if (open.length === 0) {
    return {
      check: 'Keys',
      verdict: 'ok',
      sentence: `${keys.length} private keys, each for its owner alone.`,
    };
  }
  return {
    ...{ check: 'Keys', verdict: 'problem' },
    sentence: `Others can read ${listed(open.map((path) => relative(layout.root, path)))}: set mode 0600 (chmod 600), and replace what may have been read.`,
  };
}

/** Certificates that `up` makes have no end; those that were put in their place may have one. */
export function certificatesFinding(certificates: readonly CertificateTerm[], now: number): Finding {
  const check = 'Certificates';
  const filesWhere = (is: (certificate: CertificateTerm) => boolean): string[] =>
    certificates.filter(is).map(({ file }) => file);
  const unreadable = filesWhere(({ term }) => term === undefined);
  if (unreadable.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `${listed(unreadable)} holds no certificate: bring it back from a copy.`,
    };
  }
  const expired = filesWhere(({ term }) => term !== undefined && term.notAfter < now);
  if (expired.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `Expired: ${listed(expired)}; \`gridbook network cert renew\` has nodes and clients renewed.`,
    };
  }
  const foreign = filesWhere(({ isForeign }) => isForeign === true);
  if (foreign.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `Of another authority than its organisation’s: ${listed(foreign)}; bring its own back from a copy, with its key.`,
    };
  }
  const soon = filesWhere(({ term }) => term !== undefined && isSoonOver(term, now));
  if (soon.length > 0) {
    return {
      ...{ check, verdict: 'warning' },
      sentence: `Within ${SOON_DAYS} days expires: ${listed(soon)}; have it renewed: \`gridbook network cert renew\`.`,
    };
  }
  return {
    check,
    verdict: 'ok',
    sentence: `${certificates.length} certificates, none expires within ${SOON_DAYS} days.`,
  };
}

const isKey = (path: string): boolean => path.endsWith('key.pem');

function pemFiles(layout: Layout): string[] {
  const root = join(layout.root, 'organisations');
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.endsWith('.pem'))
      .map((file) => join(file.parentPath, file.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The narrowest term of a file's certificates, and whether the authority issued them. */
function factsOf(text: string, authority: X509Certificate | undefined): Omit<CertificateTerm, 'file'> {
  const term = termOf(text);
  if (!term) return {};
  const certificates = certificatesIn(text);
  return {
    term,
    isForeign: authority !== undefined && !certificates.every((each) => isOf(each, authority)),
  };
}

const isOf = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
