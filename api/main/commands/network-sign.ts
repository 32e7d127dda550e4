/** `gridbook network sign`: an organisation looks at what a gateway prepared for it, and signs it where it is its own. */
import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { coerceInputValue, GraphQLList, GraphQLNonNull, isInputType } from 'graphql';
import {
  OfflineTransaction,
  signatureOf,
  toBeSigned,
  type OfflineProposal,
} from '../../../network/fabric/index.js';
import { decodeBatchEvent } from '../../../schema/batch-event.js';
import { errorCodeOf } from '../../../schema/errors.js';
import { LIMITS } from '../../../schema/limits.js';
import { cell } from '../../../schema/fields.js';
import { argsOf } from '../../../schema/read-batch.js';
import { batchFor, offlineBatch, type BatchCommand } from '../../offline/batch.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT } from '../exit.js';

interface SignOptions {
  readonly request: string;
  readonly certificate: string;
  readonly key?: string;
  readonly org?: string;
}

/** Commands that are shown of a batch. */
const SHOWN = 20;

export function addNetworkSigning(network: Command, context: CommandContext): void {
  network
    .command('sign')
    .summary('sign a batch that a gateway prepared, if it is the one asked for')
    .description(
      'Reads a proposal or transaction that offlineBatchPrepare or offlineBatchEndorse answered, shows what is in it, and ' +
        'prints its signature in base64. Signs nothing but the batch of the request. Asks nobody: it works where the key is.',
    )
    .argument('<file>', 'the bytes in base64, or the gateway’s answer in JSON')
    .requiredOption('--request <file>', 'the input that offlineBatchPrepare was given, in JSON')
    .requiredOption('--certificate <file>', 'the signer’s certificate, PEM')
    .option('--key <file>', 'its private key, PEM; without it the digest to be signed is printed')
    .option('--org <name>', 'organisation of the signer (default: the one that the certificate names)')
    .addHelpText(
      'after',
      '\nExample:\n  gridbook network sign proposal.json --request batch.json --key key.pem --certificate cert.pem',
    )
    .action((file: string, options: SignOptions) => signFile(file, options, context));
}

async function signFile(file: string, options: SignOptions, { terminal }: CommandContext): Promise<void> {
  const certificatePem = readFileSync(resolve(options.certificate), 'utf8');
  const organisation = options.org ?? organisationIn(certificatePem);
  const args = offlineBatch(organisation, await commandsIn(options.request));
  const wanted = { organisation, certificatePem, args };
  const prepared = toBeSigned(bytesIn(file), wanted, Date.now());
  for (const line of described(prepared)) terminal.note(line);
  terminal.print(
    options.key === undefined
      ? createHash('sha256').update(prepared.bytes).digest('hex')
      : signatureOf(prepared, keyIn(options.key)).toString('base64'),
  );
}

function organisationIn(certificatePem: string): string {
  try {
    const name = /^O=(.+)$/m.exec(new X509Certificate(certificatePem).subject)?.[1];
    if (name !== undefined) return name;
  } catch {
    throw new CommandFailure('The certificate cannot be read: --certificate wants PEM.', EXIT.usage);
  }
  throw new CommandFailure('The certificate names no organisation: name it with --org.', EXIT.usage);
}

function keyIn(file: string): KeyObject {
  const pem = readFileSync(resolve(file), 'utf8');
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CommandFailure(
      'The private key cannot be read: --key wants PEM without a passphrase.',
      EXIT.usage,
    );
  }
}

/** Bytes in base64, by themselves or as the one `bytes` of an answer. */
function bytesIn(file: string): Buffer {
  const text = readFileSync(resolve(file), 'utf8').trim();
  const found = text.startsWith('{') ? [...text.matchAll(/"bytes"\s*:\s*"([^"]*)"/g)] : undefined;
  const base64 = found ? found[0]?.[1] : text;
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if ((found && found.length !== 1) || bytes.length === 0 || bytes.toString('base64') !== base64)
    throw new CommandFailure(`${file} holds no bytes in base64, or more than one text of them.`, EXIT.usage);
  return bytes;
}

/** The commands of a request, read as a gateway reads them. */
async function commandsIn(file: string): Promise<BatchCommand[]> {
  const wrong = (what: string): CommandFailure =>
    new CommandFailure(`${file} is not the input of offlineBatchPrepare: ${what}.`, EXIT.usage);
  let given: { commands?: unknown; input?: { commands?: unknown } } | null;
  try {
    given = JSON.parse(readFileSync(resolve(file), 'utf8')) as typeof given;
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('it is no JSON');
    throw error;
  }
  // Loaded where it is used: the schema takes a while.
  const { gridbookSchema } = await import('../../schema/build.js');
  const command = (await gridbookSchema()).getType('OfflineCommandInput');
  if (!isInputType(command)) throw new Error('the schema has no batches');
  const type = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(command)));
  return coerceInputValue(given?.input?.commands ?? given?.commands, type, (path) => {
    throw wrong(`commands${path.map((key) => `.${key}`).join('')} does not fit`);
  }) as BatchCommand[];
}

function described(prepared: OfflineProposal | OfflineTransaction): string[] {
  const { transactionId, signer, args, time } = prepared;
  const { lane, count, segments } = batchFor(signer.organisation, args);
  const until = new Date(time + LIMITS.preparationMs).toISOString();
  const refusals =
    prepared instanceof OfflineTransaction
      ? new Map(decodeBatchEvent(prepared.event).refused.map(([at, code]) => [at, errorCodeOf(code)]))
      : undefined;
  const lines = segments.flatMap((segment) =>
    Array.from({ length: Math.min(segment.count, SHOWN) }, (_, i) => {
      const { shape, first, actors } = segment;
      const actor = cell(actors, i);
      const said = JSON.stringify(shape && argsOf({ ...segment, shape }, i));
      const refused = refusals?.get(first + i);
      return (
        `${first + i + 1}. ${segment.name} ${said}${actor === 0 ? '' : ` by participant ${String(actor)}`}` +
        (refused === undefined ? '' : ` – refused: ${refused}`)
      );
    }),
  );
  return [
    `${refusals ? 'Transaction' : 'Proposal'} ${transactionId}`,
    `of ${signer.organisation} as ${signer.role}, in the lane ${lane}, until ${until}; commands: ${count}`,
    ...lines.slice(0, SHOWN),
    ...(count > SHOWN ? [`… and ${count - SHOWN} more`] : []),
    ...(refusals ? [`Its endorsers refuse ${refusals.size} of them.`] : []),
  ];
}
