/**
 * Whether an organisation takes part in the channel, as the orderers answer it. Its own peers cannot tell: whoever is
 * removed does not get the block that removes it, and goes on with what it has.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { ClientIdentity } from './client-identity.js';
import { OutsideError } from './errors.js';
import type { Layout } from './layout.js';
import { numberOf } from './orderer-blocks.js';
import { DeliverError } from './orderer-client.js';
import { Orderers } from './orderers.js';
import { CHANNEL, ordererAddresses, ORDERER_ORGANISATION, type NetworkPlan } from './plan.js';
import { usable } from './plan-change.js';

const ANSWER_MS = 3_000;

export interface Part {
  /** Blocks that the orderers have; undefined where none gives any. */
  readonly height?: number;
  /** Whether the orderers know nobody of it. */
  readonly isRefused: boolean;
}

/** What is said of an organisation whom the orderers refuse. */
export function outsideSentence(name: string, here: readonly string[]): string {
  const how = here.every((other) => other === name) ? 'down' : `org remove ${name}`;
  return `${name} takes no part in the channel any more, and its peers get nothing new: \`gridbook network ${how}\` ends what it runs here`;
}

/** Refuses to call well what is none of the channel's any more. */
export async function requireTakingPart(layout: Layout, plan: NetworkPlan): Promise<void> {
  const names = plan.organisations.map(({ name }) => name);
  const parts = await partsOf(layout, plan, names);
  const outside = names.find((_, i) => parts[i].isRefused);
  if (outside !== undefined) throw new OutsideError(outsideSentence(outside, names));
}

const UNKNOWN: Part = { isRefused: false };

/** What the orderers answer to organisations of a folder, in their order. */
export async function partsOf(
  layout: Layout,
  plan: NetworkPlan,
  names: readonly string[],
): Promise<readonly Part[]> {
  const { consensus } = plan;
  const count = ordererAddresses(plan).length;
  // One that was not invited yet knows no orderers; whose authority's certificate is lost can ask none.
  if (count === 0 || !existsSync(join(layout.organisation(ORDERER_ORGANISATION), 'ca', 'cert.pem')))
    return names.map(() => UNKNOWN);
  const orderers = new Orderers(layout, usable(plan));
  // Of those that agree by BFT some may lie.
  const faulty = consensus === 'bft' ? Math.floor((count - 1) / 3) : 0;
  try {
    return await Promise.all(names.map((name) => partOf(layout, orderers, name, faulty)));
  } finally {
    orderers.close();
  }
}

async function partOf(layout: Layout, { clients }: Orderers, name: string, faulty: number): Promise<Part> {
  let admin: ClientIdentity;
  try {
    // A certificate that has ended is refused too, and tells nothing.
    admin = ClientIdentity.read(name, layout.identity(name, 'admin')).requireValid();
  } catch {
    return UNKNOWN;
  }
  const answers = await Promise.allSettled(
    clients.map((client) => client.block(admin, CHANNEL, 'newest', ANSWER_MS)),
  );
  const heights = answers.flatMap((each) => (each.status === 'fulfilled' ? [numberOf(each.value) + 1] : []));
  if (heights.length > 0) return { height: Math.max(...heights), isRefused: false };
  const refusals = answers.filter((each) => each.status === 'rejected' && isRefusal(each.reason));
  return { isRefused: refusals.length > faulty };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DeliverError && error.status === common.Status.FORBIDDEN;
