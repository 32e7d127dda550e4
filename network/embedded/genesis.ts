/** Block 0: the ledger's id, the node that signs, the organisations known from the start. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { commitHash } from './commit-hash.js';
import {
  encodeConfiguration,
  GENESIS_KIND,
  IDENTITY_KIND,
  LEDGER_ID_BYTES,
  ORGANISATION_KIND,
  type Configuration,
} from './configuration.js';
import { writeFileDurably } from './durable.js';
import { beginFrame, finishFrame } from './frame.js';
import { NODE_ORGANISATION, type IdentityStore } from './identities.js';
import type { Layout } from './layout.js';
import { ByteWriter } from './wire.js';

/**
 * Makes the block file with its first block, where the folder has none and never had one: a witness or a state
 * without blocks means that the blocks were lost.
 */
export async function createIfNew(
  layout: Layout,
  identities: IdentityStore,
  organisations: readonly string[],
  createdMs: number,
): Promise<void> {
  if (existsSync(layout.blocks) || existsSync(layout.tip) || existsSync(layout.state)) return;
  const node = await identities.node();
  const ledgerId = randomBytes(LEDGER_ID_BYTES);
  const configurations: Configuration[] = [
    { kind: GENESIS_KIND, ledgerId, createdMs, node: node.reference },
    { kind: ORGANISATION_KIND, organisation: NODE_ORGANISATION, authorityDer: node.authorityDer },
    { kind: IDENTITY_KIND, serialized: node.serialized },
  ];
  for (const organisation of organisations) {
    const authorityDer = await identities.authorityDer(organisation);
    configurations.push({ kind: ORGANISATION_KIND, organisation, authorityDer });
  }
  const w = new ByteWriter(4096);
  const none = Buffer.alloc(0);
  beginFrame(w);
  const before = w.length;
  for (const configuration of configurations)
    w.raw(encodeConfiguration(configuration, ledgerId, node.privateKey));
  const hash = commitHash(none, () => [], none);
  finishFrame(w, 0, none, { filter: none, configurationBytes: w.length - before, commitHash: hash });
  writeFileDurably(layout.blocks, w.view(), 0o600);
}
