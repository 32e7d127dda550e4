/**
 * A new version of the chaincode, while transactions flow: each organisation serves it and approves it, and whoever
 * completes the majority makes it the channel's.
 */
import { CONTRACT_VERSION, PING } from '../../schema/contract.js';
import { Consortium } from './consortium.js';
import { restartNode } from './down.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { majority, type Definition } from './lifecycle.js';
import { chaincodeName, packageFor, peerName } from './nodes.js';
import { CHAINCODE, type NetworkPlan, type OrganisationPlan } from './plan.js';
import type { ChaincodePackage } from './package.js';
import type { Programs } from './programs.js';
import { requireOneOf } from './silence.js';

export interface UpgradeOptions {
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
  /** Version to define, for tests; by default that of this installation. */
  readonly version?: string;
}

export interface UpgradeResult {
  readonly definition: Definition;
  /** Whether the channel has it; more organisations must approve it otherwise. */
  readonly isCommitted: boolean;
}

export async function upgradeChaincode(
  layout: Layout,
  plan: NetworkPlan,
  { programs, step, version = CONTRACT_VERSION }: UpgradeOptions,
): Promise<UpgradeResult> {
  const [first] = plan.organisations;
  requireOneOf(layout, [peerName(first, first.peers[0])]);
  const network = new Consortium(layout, plan);
  const packageOf = (organisation: OrganisationPlan): ChaincodePackage => packageFor(layout, organisation);
  try {
    const now = await network.definition(CHAINCODE);
    if (!now) throw new NetworkError('the channel has no chaincode of Gridbook yet');
    await network.follow();
    for (const organisation of plan.organisations) {
      await restartNode(layout, programs, plan, chaincodeName(organisation));
      await network.answers(CHAINCODE, [PING]);
    }
    step('the chaincode runs anew');
    if (now.version === version) return { definition: now, isCommitted: true };
    const definition = { name: CHAINCODE, version, sequence: now.sequence + 1 };
    const approved = await network.approvals(definition);
    await network.approve(definition, packageOf, approved);
    const all = await network.approvals(definition);
    step(`version ${version} is approved by ${all.join(', ')}`);
    if (all.length < majority((await network.members()).length)) return { definition, isCommitted: false };
    await network.commit(definition, all);
    step('the channel has it');
    return { definition, isCommitted: true };
  } finally {
    network.close();
  }
}
