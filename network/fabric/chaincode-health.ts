/** Whether an organisation's chaincode process is of use to its peers. */
import { PING } from '../../schema/contract.js';
import { ClientIdentity } from './client-identity.js';
import type { Layout } from './layout.js';
import { isFree, LOOPBACK } from './listen-address.js';
import { authorityOf } from './nodes.js';
import { within } from './pause.js';
import { PeerClient } from './peer-client.js';
import { CHAINCODE, CHANNEL, type NetworkPlan, type OrganisationPlan } from './plan.js';

const ANSWER_MS = 3_000;
const NOT_CONNECTED = 'not connected';

/** `ok`, or what is wrong with it. */
export async function chaincodeHealth(
  layout: Layout,
  { host }: NetworkPlan,
  organisation: OrganisationPlan,
): Promise<string> {
  const { chaincodePort, chaincodeHealthPort: port } = organisation;
  if (port === undefined) return (await isFree(chaincodePort)) ? 'does not listen' : 'ok';
  const told = await toldAt(port);
  if (told !== NOT_CONNECTED) return told;
  // A peer connects when it is first asked after either of them was started.
  await ask(layout, host, organisation);
  return toldAt(port);
}

async function toldAt(port: number): Promise<string> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(`http://${LOOPBACK}:${port}/healthz`, { signal });
    const { status } = (await answer.json()) as { status?: string };
    return status ?? 'does not answer';
  } catch {
    return 'does not answer';
  }
}

async function ask(layout: Layout, host: string, { name, role, peers }: OrganisationPlan): Promise<void> {
  const client = ClientIdentity.read(name, layout.identity(name, role));
  const authority = Buffer.from(authorityOf(layout, name));
  const at = new PeerClient(`${host}:${peers[0].port}`, authority);
  const invocation = { channel: CHANNEL, chaincode: CHAINCODE, args: [PING] };
  const answer = at.evaluate(client, invocation).catch(() => undefined);
  await within(answer, ANSWER_MS, new AbortController().signal);
  at.close();
}
