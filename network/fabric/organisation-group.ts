/** An organisation as the channel's configuration keeps it. */
import { common, msp, peer } from '@hyperledger/fabric-protos';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a channel must know of an organisation; nothing of it is secret. */
export interface OrganisationDefinition {
  /** Its name, which is its MSP id. */
  readonly name: string;
  /** Certificate of its authority, PEM: for identities and for TLS. */
  readonly authorityPem: string;
  /** Peer that others find it by. */
  readonly anchor: Address;
}

/** As Fabric names groups of a configuration; nothing in it can lead out of a folder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/;
export const isOrganisationName = (name: unknown): name is string =>
  typeof name === 'string' && NAME.test(name);
export const ORGANISATION_NAME =
  'the name of an organisation is of letters, digits, dots and dashes, at most 64; it begins with a letter or digit';

/** Whether an address is one that can be called. */
export const isAddress = (address: Partial<Address> | undefined): address is Address =>
  typeof address?.host === 'string' &&
  /^[A-Za-z0-9.:-]{1,255}$/.test(address.host) &&
  Number.isInteger(address.port) &&
  (address.port as number) > 0 &&
  (address.port as number) <= 65_535;

export const MSP_VALUE = 'MSP';
export const ANCHORS = 'AnchorPeers';
const ADMINS = 'Admins';

/** Its certificates, its anchor, who counts as what. */
export function groupOf({ name, authorityPem, anchor }: OrganisationDefinition): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  const value = (name: string, bytes: Uint8Array): void => {
    const of = new common.ConfigValue();
    of.setValue(bytes);
    of.setModPolicy(ADMINS);
    group.getValuesMap().set(name, of);
  };
  value(MSP_VALUE, mspConfig(name, Buffer.from(authorityPem)));
  const at = new peer.AnchorPeer();
  at.setHost(anchor.host);
  at.setPort(anchor.port);
  const anchors = new peer.AnchorPeers();
  anchors.setAnchorPeersList([at]);
  value(ANCHORS, anchors.serializeBinary());
  const { MEMBER, ADMIN, PEER } = msp.MSPRole.MSPRoleType;
  const roles = { Readers: MEMBER, Writers: MEMBER, Admins: ADMIN, Endorsement: PEER };
  for (const [policy, role] of Object.entries(roles)) {
    group.getPoliciesMap().set(policy, policyOf(name, role));
  }
  return group;
}

function mspConfig(name: string, authority: Uint8Array): Uint8Array {
  const unit = (identifier: string): msp.FabricOUIdentifier => {
    const of = new msp.FabricOUIdentifier();
    of.setOrganizationalUnitIdentifier(identifier);
    return of;
  };
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const config = new msp.FabricMSPConfig();
  config.setName(name);
  config.setRootCertsList([authority]);
  config.setTlsRootCertsList([authority]);
  config.setFabricNodeOus(units);
  config.setCryptoConfig(crypto);
  const outer = new msp.MSPConfig();
  outer.setConfig(config.serializeBinary());
  return outer.serializeBinary();
}

/** Any one identity of the organisation in a role. */
function policyOf(
  name: string,
  role: msp.MSPRole.MSPRoleTypeMap[keyof msp.MSPRole.MSPRoleTypeMap],
): common.ConfigPolicy {
  const one = new msp.MSPRole();
  one.setMspIdentifier(name);
  one.setRole(role);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(one.serializeBinary());
  const by = new common.SignaturePolicy();
  by.setSignedBy(0);
  const some = new common.SignaturePolicy.NOutOf();
  some.setN(1);
  some.setRulesList([by]);
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(some);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList([principal]);
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope.serializeBinary());
  const of = new common.ConfigPolicy();
  of.setPolicy(policy);
  of.setModPolicy(ADMINS);
  return of;
}
