/** What the doctor looks at in keys and certificates: who can read them, and how long they count. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isSoonOver, SOON_DAYS, termOf, type Term } from './certificate-term.js';
import { listed, type Finding } from './doctor-finding.js';
import type { Layout } from './layout.js';

export interface CertificateTerm {
  /** File that it lies in, from the network's folder on. */
  readonly file: string;
  /** Undefined where the file holds no certificate that can be read. */
  readonly term?: Term;
}

/** Every certificate of the folder. */
export function certificatesOf(layout: Layout): CertificateTerm[] {
  return pemFiles(layout)
    .filter((path) => !isKey(path))
    .map((path) => ({ file: relative(layout.root, path), ...termIn(path) }));
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

function termIn(path: string): Pick<CertificateTerm, 'term'> {
  const term = termOf(readFileSync(path, 'utf8'));
  return term ? { term } : {};
}
