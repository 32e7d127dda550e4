/** Work on the nodes of a network that runs. */
import type { Layout } from './layout.js';
import type { NetworkPlan, UnfinishedNode } from './plan.js';
import type { Programs } from './programs.js';

export interface NodeWork {
  readonly layout: Layout;
  readonly plan: NetworkPlan;
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
}

/** What is noted of a node that is on its way into the network. */
export const begunOf = ({ unfinished }: NetworkPlan, name: string): UnfinishedNode | undefined =>
  unfinished?.find((node) => node.name === name);
