/** Fabric's chaincode lifecycle as ordinary proposals: join, install, approve, commit. */
import { common, msp, peer } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import type { ChaincodePackage } from './package.js';
import { EndorsementError, type PeerClient } from './peer-client.js';
import { CHAINCODE, CHANNEL } from './plan.js';
import { Proposal, type Invocation } from './proposal.js';

const { lifecycle } = peer;
/** Sequence and version of the definition that a new network starts with. */
export const FIRST_SEQUENCE = 1;

/** Joins a peer to the channel of a block, or finds that it has joined. */
export async function joinPeer(at: PeerClient, admin: ClientIdentity, block: Uint8Array): Promise<void> {
  try {
    await at.evaluate(admin, { channel: '', chaincode: 'cscc', args: ['JoinChain', block] });
  } catch (error) {
    if (!(error instanceof EndorsementError) || !/already exists/.test(error.message)) throw error;
  }
}

/** Installs a package; a peer that has it says so by the same id. */
export async function install(
  at: PeerClient,
  admin: ClientIdentity,
  { bytes, id }: ChaincodePackage,
): Promise<void> {
  const args = new lifecycle.InstallChaincodeArgs();
  args.setChaincodeInstallPackage(bytes);
  try {
    const answer = await at.evaluate(admin, ofLifecycle('', 'InstallChaincode', args.serializeBinary()));
    const installed = lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId();
    if (installed !== id) throw new Error(`the peer calls the chaincode package ${installed}, not ${id}`);
  } catch (error) {
    if (!(error instanceof EndorsementError) || !/already successfully installed/.test(error.message))
      throw error;
  }
}

const ofLifecycle = (channel: string, name: string, args: Uint8Array): Invocation => ({
  ...{ channel, chaincode: '_lifecycle', args: [name, args] },
});

interface Definition {
  setSequence(value: number): void;
  setName(value: string): void;
  setVersion(value: string): void;
  setEndorsementPlugin(value: string): void;
  setValidationPlugin(value: string): void;
  setValidationParameter(value: Uint8Array): void;
  setInitRequired(value: boolean): void;
}

function define<T extends Definition>(args: T, organisations: readonly string[]): T {
  args.setSequence(FIRST_SEQUENCE);
  args.setName(CHAINCODE);
  args.setVersion('1');
  args.setEndorsementPlugin('escc');
  args.setValidationPlugin('vscc');
  args.setValidationParameter(majorityOf(organisations));
  args.setInitRequired(false);
  return args;
}

/** An organisation approves the definition, with its own package. */
export function approval(
  admin: ClientIdentity,
  packageId: string,
  organisations: readonly string[],
): Proposal {
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = define(new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs(), organisations);
  args.setSource(source);
  return new Proposal(
    admin,
    ofLifecycle(CHANNEL, 'ApproveChaincodeDefinitionForMyOrg', args.serializeBinary()),
  );
}

/** The definition becomes the channel's, once a majority approved it. */
export function commitment(admin: ClientIdentity, organisations: readonly string[]): Proposal {
  const args = define(new lifecycle.CommitChaincodeDefinitionArgs(), organisations);
  return new Proposal(admin, ofLifecycle(CHANNEL, 'CommitChaincodeDefinition', args.serializeBinary()));
}

/** Sequence of the committed definition; 0 where there is none yet. */
export async function committedSequence(at: PeerClient, admin: ClientIdentity): Promise<number> {
  const args = new lifecycle.QueryChaincodeDefinitionArgs();
  args.setName(CHAINCODE);
  try {
    const answer = await at.evaluate(
      admin,
      ofLifecycle(CHANNEL, 'QueryChaincodeDefinition', args.serializeBinary()),
    );
    return lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(answer).getSequence();
  } catch (error) {
    if (error instanceof EndorsementError && /not defined/.test(error.message)) return 0;
    throw error;
  }
}

/** A peer of more than half of the organisations must endorse. */
export const majority = (count: number): number => Math.floor(count / 2) + 1;

function majorityOf(organisations: readonly string[]): Uint8Array {
  const some = new common.SignaturePolicy.NOutOf();
  some.setN(majority(organisations.length));
  some.setRulesList(
    organisations.map((_, i) => {
      const signed = new common.SignaturePolicy();
      signed.setSignedBy(i);
      return signed;
    }),
  );
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(some);
  const policy = new common.SignaturePolicyEnvelope();
  policy.setRule(rule);
  policy.setIdentitiesList(
    organisations.map((organisation) => {
      const role = new msp.MSPRole();
      role.setMspIdentifier(organisation);
      role.setRole(msp.MSPRole.MSPRoleType.PEER);
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
      principal.setPrincipal(role.serializeBinary());
      return principal;
    }),
  );
  const application = new peer.ApplicationPolicy();
  application.setSignaturePolicy(policy);
  return application.serializeBinary();
}
