/** Which ledger a command works on: options that several commands share. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { choiceOption } from './options.js';

export const ENGINES = ['embedded', 'fabric'] as const;

export interface EngineOptions {
  readonly ledger?: (typeof ENGINES)[number];
  readonly network?: string;
}

/** Where `gridbook network up` puts a network. */
export const NETWORK_FOLDER = './gridbook-network';

export const addEngineOptions = (command: Command): Command =>
  command
    .option(
      '--ledger <engine>',
      'embedded, or fabric: the channel of a running network (default: embedded)',
      choiceOption('--ledger', ENGINES),
    )
    .option('--network <dir>', `folder of that network (default: ${NETWORK_FOLDER})`);

/** Folder of the network, where the ledger is its channel. */
export const networkOf = ({ ledger, network }: EngineOptions): string | undefined =>
  ledger === 'fabric' ? resolve(network ?? NETWORK_FOLDER) : undefined;
