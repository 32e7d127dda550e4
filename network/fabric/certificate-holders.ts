/** Who holds certificates that the authorities of a folder issued: nodes, chaincode, and the organisations' own clients. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { ROLES } from '../../schema/command.js';
import { isSoonOver, termOf } from './certificate-term.js';
import type { Layout } from './layout.js';
import { chaincodeName, ordererName, peerName } from './nodes.js';
import {
  ORDERER_ORGANISATION,
  type NetworkPlan,
  type OrdererPlan,
  type OrganisationPlan,
  type PeerPlan,
} from './plan.js';

export interface CertificateFile {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateHolder {
  /** `peer0.Brightwater`, `orderer0`, `chaincode.Brightwater`, `admin.Brightwater`. */
  readonly name: string;
  /** Whose authority issued them. */
  readonly authority: string;
  /** The one that it shows to those who call it comes first. */
  readonly files: readonly CertificateFile[];
  /** The process that has to start anew, and where it is called. */
  readonly node?: HolderNode;
}

export type HolderNode = { readonly port: number } & (
  | { readonly is: 'chaincode'; readonly organisation: OrganisationPlan }
  | { readonly is: 'peer'; readonly organisation: OrganisationPlan; readonly peer: PeerPlan }
  | { readonly is: 'orderer'; readonly orderer: OrdererPlan }
);

/** All of them, in the order in which they are renewed: orderers, without whom nothing goes on, come last. */
export function holdersOf(layout: Layout, { organisations, orderers }: NetworkPlan): CertificateHolder[] {
  return [
    ...organisations.flatMap(({ name }) => clientsOf(layout, name)),
    ...(orderers.length > 0 ? clientsOf(layout, ORDERER_ORGANISATION) : []),
    ...organisations.map((organisation) => ({
      ...{ name: chaincodeName(organisation), authority: organisation.name },
      files: [tls(join(layout.organisation(organisation.name), 'chaincode'))],
      node: { is: 'chaincode' as const, organisation, port: organisation.chaincodePort },
    })),
    ...organisations.flatMap((organisation) =>
      organisation.peers.map((peer) => ({
        ...{ name: peerName(organisation, peer), authority: organisation.name },
        files: nodeFiles(layout.peer(organisation, peer).folder),
        node: { is: 'peer' as const, organisation, peer, port: peer.port },
      })),
    ),
    ...orderers.map((orderer) => ({
      ...{ name: ordererName(orderer), authority: ORDERER_ORGANISATION },
      files: nodeFiles(layout.orderer(orderer).folder),
      node: { is: 'orderer' as const, orderer, port: orderer.port },
    })),
  ];
}

/** Identities that were issued by a name of their own are their holders' affair, who may have them elsewhere. */
const isOwn = (name: string): boolean => name === 'admin' || (ROLES as readonly string[]).includes(name);

function clientsOf(layout: Layout, organisation: string): CertificateHolder[] {
  return readdirSync(layout.identity(organisation, ''))
    .filter(isOwn)
    .sort()
    .map((name) => ({
      ...{ name: `${name}.${organisation}`, authority: organisation },
      files: [identity(layout.identity(organisation, name))],
    }));
}

const tls = (folder: string): CertificateFile => ({
  certificate: join(folder, 'tls', 'cert.pem'),
  key: join(folder, 'tls', 'key.pem'),
});
const identity = (folder: string): CertificateFile => ({
  certificate: join(folder, 'msp', 'signcerts', 'cert.pem'),
  key: join(folder, 'msp', 'keystore', 'key.pem'),
});
const nodeFiles = (folder: string): CertificateFile[] => [tls(folder), identity(folder)];

/** Whether one of a holder's certificates ends soon, or has ended. */
export const isDue = ({ files }: CertificateHolder, now: number): boolean =>
  files.some(({ certificate }) => {
    const term = existsSync(certificate) ? termOf(readFileSync(certificate, 'utf8')) : undefined;
    return term !== undefined && isSoonOver(term, now);
  });

/** Whether a certificate is there, with its own key. */
export function isWhole({ certificate, key }: CertificateFile): boolean {
  try {
    const read = (path: string): Buffer => readFileSync(path);
    return new X509Certificate(read(certificate)).checkPrivateKey(createPrivateKey(read(key)));
  } catch {
    return false;
  }
}

const ANSWER_MS = 5_000;

/** The certificate that a process shows, whatever it is worth. */
export function shownAt(host: string, port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port, servername: 'localhost', ALPNProtocols: ['h2'], timeout: ANSWER_MS },
      // It is looked at, not believed.
      rejectUnauthorized: false,
    });
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      if (shown) resolve(shown);
      else reject(new Error('it shows no certificate'));
    });
    socket.once('timeout', () => socket.destroy(new Error('it does not answer')));
    socket.once('error', reject);
  });
}

/** Whether that is another one than lies in its folder: it was not started since. */
export const isAnother = ({ files: [own] }: CertificateHolder, shown: X509Certificate): boolean =>
  !shown.raw.equals(new X509Certificate(readFileSync(own.certificate)).raw);
