/** Keys and certificates of a network, in the folders that Fabric reads (MSP). Private keys have mode 0600. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.js';
import { issue, issueAuthority, type KeyPair, type Subject, type Unit } from '../x509/issue.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import { ORDERER_ORGANISATION, type NetworkPlan } from './plan.js';

/** Certificates count from a little earlier, so that a clock put back turns nothing away. */
const HEAD_START_MS = 5 * 60_000;

const NODE_UNITS = `NodeOUs:
  Enable: true
  ClientOUIdentifier: {OrganizationalUnitIdentifier: client}
  PeerOUIdentifier: {OrganizationalUnitIdentifier: peer}
  AdminOUIdentifier: {OrganizationalUnitIdentifier: admin}
  OrdererOUIdentifier: {OrganizationalUnitIdentifier: orderer}
`;

/** Writes a file whole, in folders that only their owner enters. */
export function write(path: string, content: string | Uint8Array, mode = 0o600): void {
  makeFolder(dirname(path), 0o700);
  writeFileSync(path, content, { mode });
}

/**
 * Makes all keys of a network that are not there yet, one organisation after the other, and tells of each that has its
 * own: its processes can start while the next one's keys are made.
 */
export async function makeKeys(
  layout: Layout,
  plan: NetworkPlan,
  ready: (organisation: string) => void = () => undefined,
  guests: readonly string[] = [],
): Promise<void> {
  const { host } = plan;
  // An organisation that was invited has the orderers' certificate, and none of their keys.
  if (plan.orderers.length > 0) {
    await new Organisation(layout, ORDERER_ORGANISATION, notBefore()).make(
      plan.orderers.map((orderer) => ({
        ...{ folder: layout.orderer(orderer).folder, name: orderer.name, unit: 'orderer' as const, host },
      })),
      [{ name: 'admin', unit: 'admin' }],
    );
    ready(ORDERER_ORGANISATION);
  }
  for (const organisation of plan.organisations) {
    await new Organisation(layout, organisation.name, notBefore()).make(
      organisation.peers.map((peer) => ({
        ...{ folder: layout.peer(organisation, peer).folder, name: peer.name, unit: 'peer' as const, host },
      })),
      [
        { name: 'admin', unit: 'admin' },
        { name: organisation.role, unit: 'client', attributes: { role: organisation.role } },
      ],
    );
    ready(organisation.name);
  }
  await Promise.all(guests.map((guest) => makeGuest(layout, guest)));
}

/** An organisation without nodes: the channel finds it beside the orderers, at whose address it is. */
async function makeGuest(layout: Layout, name: string): Promise<void> {
  await new Organisation(layout, name, notBefore()).make([], []);
  const orderers = join(layout.organisation(ORDERER_ORGANISATION), 'ca', 'cert.pem');
  write(join(layout.organisation(name), 'msp', 'tlscacerts', 'orderers.pem'), readFileSync(orderers));
}

/** Makes the certificate of a role of an organisation whose authority lies in the folder; named like the role by itself. */
export async function makeClient(
  layout: Layout,
  organisation: string,
  role: string,
  name = role,
): Promise<void> {
  const client = { name, unit: 'client', attributes: { role } } as const;
  await new Organisation(layout, organisation, notBefore()).make([], [client]);
}

/** From when on certificates count that are issued now. */
export const notBefore = (): Date => new Date(Math.floor((Date.now() - HEAD_START_MS) / 1000) * 1000);

interface Node {
  readonly folder: string;
  readonly name: string;
  readonly unit: Unit;
  /** Address or host name by which others reach it. */
  readonly host: string;
}
interface Client {
  readonly name: string;
  readonly unit: Unit;
  readonly attributes?: Readonly<Record<string, string>>;
}

class Organisation {
  constructor(
    private readonly layout: Layout,
    private readonly name: string,
    private readonly notBefore: Date,
  ) {}

  async make(nodes: readonly Node[], clients: readonly Client[]): Promise<void> {
    const root = this.layout.organisation(this.name);
    const authority = await kept(join(root, 'ca'), () => issueAuthority(this.name, this.notBefore));
    this.writeMsp(join(root, 'msp'), authority);
    const subject = { commonName: `chaincode.${this.name}`, tlsAddress: LOOPBACK };
    await Promise.all([
      kept(join(root, 'chaincode', 'tls'), () => this.issue(authority, subject)),
      ...nodes.map((node) => this.makeNode(node, authority)),
      ...clients.map((client) => this.makeClient(client, authority)),
    ]);
  }

  private async makeNode({ folder, name, unit, host }: Node, authority: KeyPair): Promise<void> {
    const commonName = `${name}.${this.name}`;
    await this.makeIdentity(join(folder, 'msp'), authority, { commonName, unit });
    await kept(join(folder, 'tls'), () => this.issue(authority, { commonName, tlsAddress: host }));
    write(join(folder, 'tls', 'ca.pem'), authority.certificatePem);
  }

  private makeClient({ name, unit, attributes }: Client, authority: KeyPair): Promise<void> {
    const folder = this.layout.identity(this.name, name);
    return this.makeIdentity(join(folder, 'msp'), authority, { commonName: name, unit, attributes });
  }

  private async makeIdentity(
    msp: string,
    authority: KeyPair,
    subject: Omit<Subject, 'organisation'>,
  ): Promise<void> {
    this.writeMsp(msp, authority);
    const certificate = join(msp, 'signcerts', 'cert.pem');
    if (existsSync(certificate)) return;
    const pair = await this.issue(authority, subject);
    write(join(msp, 'keystore', 'key.pem'), pair.keyPem);
    write(certificate, pair.certificatePem);
  }

  private issue(authority: KeyPair, subject: Omit<Subject, 'organisation'>): Promise<KeyPair> {
    return issue(authority, { organisation: this.name, ...subject }, this.notBefore);
  }

  private writeMsp(folder: string, authority: KeyPair): void {
    for (const kind of ['cacerts', 'tlscacerts'])
      write(join(folder, kind, 'ca.pem'), authority.certificatePem);
    write(join(folder, 'config.yaml'), NODE_UNITS);
  }
}

/** Reads a pair of a folder, or makes it; the certificate is written last, so that a pair with one is whole. */
async function kept(folder: string, make: () => Promise<KeyPair>): Promise<KeyPair> {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  if (existsSync(certificate)) {
    return { certificatePem: readFileSync(certificate, 'utf8'), keyPem: readFileSync(key, 'utf8') };
  }
  const pair = await make();
  write(key, pair.keyPem);
  write(certificate, pair.certificatePem);
  return pair;
}
