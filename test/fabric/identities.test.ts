/** Client certificates: what is issued is used, what is revoked is refused by every peer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import {
  bringDown,
  bringUp,
  issueIdentity,
  Layout,
  revokeIdentity,
  type NetworkPlan,
} from '../../network/fabric/index.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { Proposal } from '../../network/fabric/proposal.js';
import { PING } from '../../schema/contract.js';
import { fabricPrograms } from './programs.js';
import { Wire } from './wire.js';

const programs = await fabricPrograms();
const onFabric = programs ? describe : describe.skip;
const billing = { organisation: 'Brightwater', name: 'billing' };

onFabric('a client identity', () => {
  let folder: string;
  let layout: Layout;
  let plan: NetworkPlan;
  let wire: Wire;
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'gridbook-identities-')), 'network');
    layout = new Layout(folder);
    plan = await bringUp({
      ...{ folder, programs: programs as NonNullable<typeof programs>, basePort: 30_050 },
      ...{ organisations: 2, peers: 1, orderers: 1, step: () => undefined },
    });
    wire = new Wire(folder);
  });
  afterAll(async () => {
    wire?.close();
    await bringDown(layout, { wipe: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  /** Whether every peer endorses what the identity proposes. */
  async function isTaken(identity: ClientIdentity): Promise<boolean[]> {
    const proposal = new Proposal(identity, { channel: CHANNEL, chaincode: CHAINCODE, args: [PING] });
    const tried = await Promise.allSettled(wire.peers.map((peer) => peer.endorse(proposal)));
    return tried.map(({ status }) => status === 'fulfilled');
  }
  /** A peer takes up a new configuration a moment after the first one has it. */
  async function untilRefused(identity: ClientIdentity): Promise<void> {
    while ((await isTaken(identity)).includes(true)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const issue = async (): Promise<ClientIdentity> =>
    ClientIdentity.read('Brightwater', await issueIdentity(layout, plan, { ...billing, role: 'HOST' }));

  test('is issued with its key, used, and issued once under its name', async () => {
    const identity = await issue();
    const key = join(layout.identity('Brightwater', 'billing'), 'msp', 'keystore', 'key.pem');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(await isTaken(identity)).toEqual([true, true]);
    await expect(issue()).rejects.toThrow('has an identity billing already');
  });

  test('is refused everywhere once it is revoked; others, and a new one of the same name, are not', async () => {
    const first = ClientIdentity.read('Brightwater', layout.identity('Brightwater', 'billing'));
    const aside = await revokeIdentity(layout, plan, billing, new Date());
    expect([existsSync(aside), existsSync(layout.identity('Brightwater', 'billing'))]).toEqual([true, false]);
    await untilRefused(first);
    expect(await isTaken(wire.identity)).toEqual([true, true]);
    const second = await issue();
    expect(await isTaken(second)).toEqual([true, true]);
    await revokeIdentity(layout, plan, billing, new Date());
    await untilRefused(second);
    // What was revoked before stays so.
    expect(await isTaken(first)).toEqual([false, false]);
  });

  test('is told apart in a sentence where it is not there, not here, or the last that can sign', async () => {
    const revoke = (organisation: string, name: string): Promise<string> =>
      revokeIdentity(layout, plan, { organisation, name }, new Date());
    await expect(revoke('Brightwater', 'nobody')).rejects.toThrow('has no identity nobody');
    await expect(revoke('Elsewhere', 'billing')).rejects.toThrow('not in this folder');
    await expect(revoke('Brightwater', 'admin')).rejects.toThrow('cannot be revoked');
  });
});
