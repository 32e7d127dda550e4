/** What must be right before processes are started: the doctor's own findings, asked for by who starts them. */
import { relative } from 'node:path';
import { holdersOf } from './certificate-holders.js';
import type { Finding } from './doctor-finding.js';
import { folderFinding } from './doctor-folder.js';
import { certificatesFinding, certificatesOf, type CertificateTerm } from './doctor-keys.js';
import { portsFinding } from './doctor-running.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import type { NetworkPlan } from './plan.js';
import type { Programs } from './programs.js';

/** A process that has just ended may hold its ports a moment longer. */
const RELEASE_MS = 1_000;
const LOOK_MS = 20;

/** Refuses to start a network, or one process of it, that would not run well; by the first thing that is wrong. */
export async function requireSound(
  layout: Layout,
  plan: NetworkPlan,
  programs: Programs,
  only?: string,
): Promise<void> {
  if (plan.fabric !== programs.version) {
    throw new NetworkError(
      `the network was made with Fabric ${plan.fabric}, the programs are ${programs.version}: name those of ${plan.fabric} with FABRIC_BIN`,
    );
  }
  require(folderFinding(layout, plan));
  const certificates = certificatesOf(layout).filter(isOfInterest(layout, plan, only));
  require(certificatesFinding(certificates, Date.now()));
  const end = performance.now() + RELEASE_MS;
  let ports = await portsFinding(layout, plan, only);
  while (ports.verdict === 'problem' && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    ports = await portsFinding(layout, plan, only);
  }
  require(ports);
}

/** Of one process, its own certificates: those of others may be the next to be renewed. */
function isOfInterest(
  layout: Layout,
  plan: NetworkPlan,
  only: string | undefined,
): (of: CertificateTerm) => boolean {
  if (only === undefined) return () => true;
  const own = holdersOf(layout, plan).find(({ name }) => name === only)?.files ?? [];
  const files = new Set(own.map(({ certificate }) => relative(layout.root, certificate)));
  return ({ file }) => files.has(file);
}

function require({ verdict, sentence }: Finding): void {
  if (verdict === 'problem') throw new NetworkError(sentence);
}
