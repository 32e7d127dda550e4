/** Which ledger a command works on: options that several commands share. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { dataFolderAt, requireLedger, type DataFolder } from './data-folder.js';
import { choiceOption } from './options.js';
import type { Settings } from './settings.js';

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

export interface LedgerPlace {
  readonly folder: DataFolder;
  /** Folder of the network whose channel is the ledger; that of the data folder without it. */
  readonly network: string | undefined;
}

/** The ledger that a command names, which must be there; a network's channel needs none in the data folder. */
export function ledgerPlace(
  options: EngineOptions & { readonly data?: string },
  settings: Settings,
): LedgerPlace {
  const folder = dataFolderAt(options.data ?? settings.data);
  const network = networkOf(options);
  if (network === undefined) requireLedger(folder);
  return { folder, network };
}
