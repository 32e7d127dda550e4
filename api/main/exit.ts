/** How a command ends: its exit code, and one clear sentence where it did not go well. */
import { types } from 'node:util';
import {
  BackupTargetError,
  LedgerFileError,
  LedgerLockedError,
  LedgerTruncatedError,
} from '../../network/embedded/errors.js';
import {
  ArchiveError,
  DownloadError,
  NetworkError,
  OutsideError,
  ProgramsError,
  RefusedError,
  SigningError,
  UncheckableError,
  NameError,
  UnsupportedProgramsError,
} from '../../network/fabric/errors.js';
import { FolderError } from '../../network/make-folder.js';
import { GridbookError, Refusal } from '../../schema/errors.js';
import { MeterFileError } from '../metering/errors.js';
import {
  CheckpointMismatchError,
  ReadModelTooNewError,
  ReadModelUnreadableError,
} from '../readmodel/errors.js';

export const EXIT = {
  /** Done. */
  ok: 0,
  /** A check did not hold, or what was asked was refused. */
  failed: 1,
  /** The command line, the settings or a given file are not of their form. */
  usage: 2,
  /** Something is missing, in use or out of reach: a folder, a port, a database. */
  unavailable: 3,
  /** Ended by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot go on; `message` is what its user reads. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

export interface Ending {
  readonly sentence: string;
  readonly exitCode: ExitCode;
}

/** What the system's codes mean to whoever runs a command. */
const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'the operating system does not permit it',
  EROFS: 'it lies on a read-only disk',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'it is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the other side closed the connection',
  ENOTFOUND: 'the name of the server is not known',
  ETIMEDOUT: 'no answer came in time',
};

/** Why the system refused something, as part of a sentence. */
export const systemReason = (error: unknown): string =>
  SYSTEM[(error as NodeJS.ErrnoException).code ?? ''] ?? 'the operating system refuses it';

/** The sentence and the exit code that fit what was thrown. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommandFailure) return { sentence: error.message, exitCode: error.exitCode };
  if (error instanceof LedgerLockedError) {
    return {
      sentence:
        'The data folder is in use by a running Gridbook; stop it first, or name another folder with --data.',
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof BackupTargetError || error instanceof MeterFileError) {
    const isMissing = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    return { sentence: sentence(error.message), exitCode: isMissing ? EXIT.unavailable : EXIT.usage };
  }
  if (error instanceof LedgerTruncatedError || error instanceof LedgerFileError) {
    return { sentence: sentence(`the ledger is refused: ${error.message}`), exitCode: EXIT.failed };
  }
  if (
    error instanceof ReadModelUnreadableError ||
    error instanceof ReadModelTooNewError ||
    error instanceof CheckpointMismatchError
  ) {
    return { sentence: sentence(error.message), exitCode: EXIT.unavailable };
  }
  if (error instanceof NameError) return { sentence: sentence(error.message), exitCode: EXIT.usage };
  if (
    error instanceof RefusedError ||
    error instanceof OutsideError ||
    error instanceof UnsupportedProgramsError
  ) {
    return { sentence: sentence(error.message), exitCode: EXIT.failed };
  }
  if (
    error instanceof ProgramsError ||
    error instanceof NetworkError ||
    error instanceof DownloadError ||
    error instanceof FolderError ||
    error instanceof UncheckableError
  ) {
    return { sentence: sentence(error.message), exitCode: EXIT.unavailable };
  }
  if (error instanceof ArchiveError || error instanceof SigningError) {
    return { sentence: sentence(error.message), exitCode: EXIT.failed };
  }
  if (error instanceof Refusal || error instanceof GridbookError) {
    return {
      sentence: sentence(`refused with ${error.code}: ${error.message.replace(`${error.code}: `, '')}`),
      exitCode: EXIT.failed,
    };
  }
  return (
    silenceEnding(error) ??
    systemEnding(error) ?? { sentence: sentence(messageOf(error)), exitCode: EXIT.failed }
  );
}

/** What gRPC says first of a process that is down, hangs or is out of reach. */
const SILENT = /^(14 UNAVAILABLE|4 DEADLINE_EXCEEDED): /;

/** Commands that know which process it is say so themselves. */
function silenceEnding(error: unknown): Ending | undefined {
  if (!types.isNativeError(error) || !SILENT.test(error.message)) return undefined;
  return {
    sentence:
      'A process of the network does not answer: `gridbook network status` tells which, `gridbook network up` starts what is missing.',
    exitCode: EXIT.unavailable,
  };
}

function systemEnding(error: unknown): Ending | undefined {
  if (!types.isNativeError(error)) return undefined;
  // Several addresses of one name were tried: they failed alike.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { code, path, address, port } = first as NodeJS.ErrnoException & { address?: string; port?: number };
  const why = code === undefined ? undefined : SYSTEM[code];
  if (why === undefined) return undefined;
  const where = path ?? (address === undefined ? undefined : `${address}:${port ?? ''}`);
  return { sentence: sentence(where === undefined ? why : `${where}: ${why}`), exitCode: EXIT.unavailable };
}

const messageOf = (error: unknown): string =>
  types.isNativeError(error) && error.message !== ''
    ? error.message.split('\n')[0]
    : 'it failed without a reason';

/** Starts with a capital letter, ends with a stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const started = /^[a-z]+(?=[\s,:])/.test(trimmed) ? trimmed[0].toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?]$/.test(started) ? started : `${started}.`;
}
