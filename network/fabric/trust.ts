/** Whose signatures count on the channel, as its configuration says at a block. */
import { verify, X509Certificate } from 'node:crypto';
import { msp, orderer, type common } from '@hyperledger/fabric-protos';
import { isIssuedBy, readCertificate, type Holder } from '../embedded/certificate.js';
import { LedgerVerificationError } from '../embedded/errors.js';
import { revokedSerials } from '../x509/revoked.js';
import { majority } from './lifecycle.js';
import { MSP_VALUE } from './organisation-group.js';

const NOTHING = new Uint8Array(0);

/** Certificates of an organisation's authority, and serial numbers that it revoked. */
interface Authority {
  readonly roots: readonly X509Certificate[];
  readonly revoked: ReadonlySet<string>;
}

/** An identity that the channel knows. */
export interface Signer {
  readonly organisation: string;
  readonly holder: Holder;
}

export class Trust {
  private readonly members: ReadonlyMap<string, Authority>;
  private readonly orderers: ReadonlyMap<string, Authority>;
  private readonly known = new Map<string, Signer>();
  /** Whether its orderers sign as Byzantine ones do. */
  readonly isByzantine: boolean;

  constructor(config: common.Config) {
    const groups = config.getChannelGroup()?.getGroupsMap();
    this.members = authoritiesOf(groups?.get('Application'));
    this.orderers = authoritiesOf(groups?.get('Orderer'));
    const consensus = groups?.get('Orderer')?.getValuesMap().get('ConsensusType')?.getValue_asU8();
    this.isByzantine = orderer.ConsensusType.deserializeBinary(consensus ?? NOTHING).getType() === 'BFT';
  }

  /** Organisations that take part, ascending. */
  get organisations(): readonly string[] {
    return [...this.members.keys()].sort();
  }

  /** How many organisations must endorse. */
  get needed(): number {
    return majority(this.members.size);
  }

  /** The holder of an identity; refused where no authority of the channel stands behind it. */
  signer(serialized: Uint8Array): Signer {
    const name = Buffer.from(serialized).toString('latin1');
    let signer = this.known.get(name);
    if (!signer) this.known.set(name, (signer = this.read(serialized)));
    return signer;
  }

  /** The same; undefined where nobody of the channel stands behind it, or there is no identity in the bytes at all. */
  find(serialized: Uint8Array): Signer | undefined {
    try {
      return this.signer(serialized);
    } catch {
      return undefined;
    }
  }

  isMember({ organisation }: Signer): boolean {
    return this.members.has(organisation);
  }

  isOrderer({ organisation }: Signer): boolean {
    return this.orderers.has(organisation);
  }

  private read(serialized: Uint8Array): Signer {
    const identity = msp.SerializedIdentity.deserializeBinary(serialized);
    const organisation = identity.getMspid();
    const holder = readCertificate(Buffer.from(identity.getIdBytes_asU8()));
    const authority = this.members.get(organisation) ?? this.orderers.get(organisation);
    if (!authority?.roots.some((root) => isIssuedBy(holder.certificate, root)))
      throw new LedgerVerificationError(`no authority of ${organisation} stands behind a certificate`);
    if (authority.revoked.has(holder.certificate.serialNumber))
      throw new LedgerVerificationError(`a certificate of ${organisation} is revoked`);
    return { organisation, holder };
  }
}

/** Whether a signature, DER, is that of the signer. */
export const isSignedBy = ({ holder }: Signer, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify('sha256', bytes, holder.publicKey, signature);

function authoritiesOf(group: common.ConfigGroup | undefined): Map<string, Authority> {
  const found = new Map<string, Authority>();
  for (const [name, organisation] of group?.getGroupsMap().entries() ?? []) {
    const outer = msp.MSPConfig.deserializeBinary(
      organisation.getValuesMap().get(MSP_VALUE)?.getValue_asU8() ?? NOTHING,
    );
    const config = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
    found.set(config.getName() || name, {
      roots: config.getRootCertsList_asU8().map((pem) => new X509Certificate(Buffer.from(pem))),
      revoked: new Set(
        config.getRevocationListList_asU8().flatMap((list) => revokedSerials(Buffer.from(list))),
      ),
    });
  }
  return found;
}
