/** The channel's organisations as a client sees them: those of its folder, and those whose folders are elsewhere. */
import { common } from '@hyperledger/fabric-protos';
import type { Network } from '@hyperledger/fabric-gateway';
import { organisationsOf } from './channel-config.js';
import type { OrganisationDefinition } from './organisation-group.js';
import { CHANNEL, type OrganisationPlan } from './plan.js';

/** The peer that an organisation elsewhere is found by. */
const ANCHOR = 'anchor';

export class Members {
  /** Those of the folder that take part, then the others. */
  private plans: readonly OrganisationPlan[] = [];

  constructor(
    private readonly here: () => readonly OrganisationPlan[],
    /** Makes an organisation elsewhere known to the connections. */
    private readonly meet: (other: OrganisationDefinition) => void,
  ) {}

  get all(): readonly OrganisationPlan[] {
    return this.plans;
  }

  get names(): readonly string[] {
    return this.plans.map(({ name }) => name);
  }

  /** Reads who takes part now. */
  async read(network: Network): Promise<void> {
    const bytes = await network.getContract('cscc').evaluateTransaction('GetChannelConfig', CHANNEL);
    const now = organisationsOf(common.Config.deserializeBinary(bytes));
    const all = this.here();
    const others = now.filter(({ name }) => !all.some((plan) => plan.name === name));
    for (const other of others) this.meet(other);
    const here = all.filter((plan) => now.some(({ name }) => name === plan.name));
    this.plans = [...here, ...others.map(planOfOther)];
  }
}

/** An organisation elsewhere, as far as a client uses it: it has no role here, and one peer. */
const planOfOther = ({ name, anchor }: OrganisationDefinition): OrganisationPlan => ({
  ...{ name, role: '', chaincodePort: 0 },
  peers: [{ name: ANCHOR, host: anchor.host, port: anchor.port, operationsPort: 0 }],
});
