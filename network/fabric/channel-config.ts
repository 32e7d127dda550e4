/** The channel's configuration: who takes part, and the updates by which that changes. Each is signed by admins. */
import { common, msp, peer } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import { NameError, NetworkError, RefusedError } from './errors.js';
import { ANCHORS, groupOf, MSP_VALUE, type OrganisationDefinition } from './organisation-group.js';
import type { PeerClient } from './peer-client.js';
import { CHANNEL } from './plan.js';
import { envelopeOf, headerOf } from './proposal.js';

const APPLICATION = 'Application';

/** The configuration that a peer's channel has. */
export async function channelConfig(at: PeerClient, identity: ClientIdentity): Promise<common.Config> {
  const args = ['GetChannelConfig', CHANNEL];
  const bytes = await at.evaluate(identity, { channel: CHANNEL, chaincode: 'cscc', args });
  return common.Config.deserializeBinary(bytes);
}

/** Organisations that take part, by name. */
export function organisationsOf(config: common.Config): readonly OrganisationDefinition[] {
  return [...applicationOf(config).getGroupsMap().entries()].map(([name, group]) =>
    definitionIn(name, group),
  );
}

function definitionIn(name: string, group: common.ConfigGroup): OrganisationDefinition {
  const { authorityPem } = mspOf(group, name);
  const anchors = peer.AnchorPeers.deserializeBinary(
    group.getValuesMap().get(ANCHORS)?.getValue_asU8() ?? new Uint8Array(0),
  );
  const [anchor] = anchors.getAnchorPeersList();
  return {
    ...{ name, authorityPem },
    anchor: { host: anchor?.getHost() ?? '', port: anchor?.getPort() ?? 0 },
  };
}

const writtenBy = (update: Uint8Array, name: string): common.ConfigGroup | undefined =>
  common.ConfigUpdate.deserializeBinary(update)
    .getWriteSet()
    ?.getGroupsMap()
    .get(APPLICATION)
    ?.getGroupsMap()
    .get(name);

/** Whether an organisation takes part once an update of its membership is taken. */
export const takesPartAfter = (update: Uint8Array, name: string): boolean =>
  writtenBy(update, name) !== undefined;

/** The organisation of a name that an update writes. */
export function addedBy(update: Uint8Array, name: string): OrganisationDefinition {
  const group = writtenBy(update, name);
  if (!group) throw new NetworkError(`the update adds no organisation ${name}`);
  return definitionIn(name, group);
}

/** The update by which an organisation becomes part of the channel. */
export function adding(config: common.Config, definition: OrganisationDefinition): common.ConfigUpdate {
  const { name } = definition;
  if (applicationOf(config).getGroupsMap().has(name))
    throw new RefusedError(`${name} takes part in the channel already`);
  return membership(config, (members) => members.set(name, groupOf(definition)));
}

/** The update by which an organisation is no longer part of the channel. */
export function removing(config: common.Config, name: string): common.ConfigUpdate {
  if (!applicationOf(config).getGroupsMap().has(name))
    throw new NameError(
      `${name} takes no part in the channel; there are ${organisationsOf(config)
        .map((each) => each.name)
        .join(', ')}`,
    );
  if (applicationOf(config).getGroupsMap().getLength() === 1)
    throw new RefusedError(
      `${name} is the only organisation, and the channel would end with it: \`gridbook network org add\` adds another one first`,
    );
  return membership(config, (members) => members.del(name));
}

/** The update by which an organisation's certificates are no longer valid: its new list of revocations, DER. */
export function revoking(config: common.Config, name: string, list: Uint8Array): common.ConfigUpdate {
  const group = applicationOf(config).getGroupsMap().get(name);
  const value = group?.getValuesMap().get(MSP_VALUE);
  if (!group || !value) throw new NetworkError(`${name} takes no part in the channel`);
  const outer = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
  const inner = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
  inner.setRevocationListList([list]);
  outer.setConfig(inner.serializeBinary());
  const changed = changedValue(value, outer.serializeBinary());
  const inGroup = (of: common.ConfigValue | undefined): common.ConfigGroup => {
    const part = new common.ConfigGroup();
    part.setVersion(group.getVersion());
    if (of) part.getValuesMap().set(MSP_VALUE, of);
    return part;
  };
  return updateOf(config, APPLICATION, (application, isWritten) => {
    application.setVersion(applicationOf(config).getVersion());
    application.getGroupsMap().set(name, inGroup(isWritten ? changed : undefined));
  });
}

/** A value with other contents. */
export function changedValue(value: common.ConfigValue, bytes: Uint8Array): common.ConfigValue {
  const changed = new common.ConfigValue();
  changed.setVersion(value.getVersion() + 1);
  changed.setModPolicy(value.getModPolicy());
  changed.setValue(bytes);
  return changed;
}

/** The update with another set of members. */
function membership(
  config: common.Config,
  change: (members: ReturnType<common.ConfigGroup['getGroupsMap']>) => void,
): common.ConfigUpdate {
  const now = applicationOf(config);
  return updateOf(config, APPLICATION, (application, isWritten) => {
    application.setVersion(now.getVersion() + (isWritten ? 1 : 0));
    application.setModPolicy(isWritten ? now.getModPolicy() : '');
    // What stays as it is is named by its version alone.
    for (const [name, group] of now.getGroupsMap().entries()) {
      const same = new common.ConfigGroup();
      same.setVersion(group.getVersion());
      application.getGroupsMap().set(name, same);
    }
    for (const [name, value] of now.getValuesMap().entries()) {
      const same = new common.ConfigValue();
      same.setVersion(value.getVersion());
      application.getValuesMap().set(name, same);
    }
    for (const [name, policy] of now.getPoliciesMap().entries()) {
      const same = new common.ConfigPolicy();
      same.setVersion(policy.getVersion());
      application.getPoliciesMap().set(name, same);
    }
    if (isWritten) change(application.getGroupsMap());
  });
}

/** What was read and what is written, of one part of the configuration. */
export function updateOf(
  config: common.Config,
  part: string,
  fill: (group: common.ConfigGroup, isWritten: boolean) => void,
): common.ConfigUpdate {
  const set = (isWritten: boolean): common.ConfigGroup => {
    const root = new common.ConfigGroup();
    root.setVersion(config.getChannelGroup()?.getVersion() ?? 0);
    const group = new common.ConfigGroup();
    fill(group, isWritten);
    root.getGroupsMap().set(part, group);
    return root;
  };
  const update = new common.ConfigUpdate();
  update.setChannelId(CHANNEL);
  update.setReadSet(set(false));
  update.setWriteSet(set(true));
  return update;
}

/** An admin's signature of an update. */
export function signed(update: Uint8Array, admin: ClientIdentity): common.ConfigSignature {
  const { header } = headerOf(admin, common.HeaderType.CONFIG_UPDATE, CHANNEL);
  const signature = new common.ConfigSignature();
  signature.setSignatureHeader(header.getSignatureHeader_asU8());
  signature.setSignature(admin.sign(Buffer.concat([header.getSignatureHeader_asU8(), update])));
  return signature;
}

/** The envelope by which an update with its signatures is given to an orderer. */
export function updateEnvelope(
  update: Uint8Array,
  signatures: readonly common.ConfigSignature[],
  admin: ClientIdentity,
): common.Envelope {
  const envelope = new common.ConfigUpdateEnvelope();
  envelope.setConfigUpdate(update);
  envelope.setSignaturesList([...signatures]);
  const { header } = headerOf(admin, common.HeaderType.CONFIG_UPDATE, CHANNEL);
  return envelopeOf(admin, header, envelope.serializeBinary());
}

function applicationOf(config: common.Config): common.ConfigGroup {
  const application = config.getChannelGroup()?.getGroupsMap().get(APPLICATION);
  if (!application) throw new NetworkError('the channel has no organisations');
  return application;
}

function mspOf(group: common.ConfigGroup, name: string): { authorityPem: string } {
  const value = group.getValuesMap().get(MSP_VALUE);
  if (!value) throw new NetworkError(`the channel knows no certificates of ${name}`);
  const outer = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
  const [root] = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8()).getRootCertsList_asU8();
  return { authorityPem: Buffer.from(root).toString() };
}
