/** Settings from the environment: one table that is validated by, documented by and nowhere repeated. */
import { isRecordId } from '../../schema/ids.js';
import { CommandFailure, EXIT } from './exit.js';

export interface Settings {
  /** Data folder. */
  readonly data: string;
  readonly port: number;
  readonly host: string;
  /** Address of a PostgreSQL server that holds the read model; PGlite is used where it is absent. */
  readonly databaseUrl: string | undefined;
  /** File or address of the keys that tokens are checked by; the data folder's own where it is absent. */
  readonly jwks: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** Organisations that keep their keys and sign for themselves. */
  readonly offline: readonly string[];
  readonly isProduction: boolean;
  readonly logLevel: LogLevel;
  /** Show stacks of errors. */
  readonly debug: boolean;
}

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_PORT = 4400;
export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_DATA = './data';

interface Setting {
  readonly name: string;
  readonly meaning: string;
  readonly fallback: string;
}

/** What the help prints; `readSettings` reads these and no others. */
export const SETTINGS: readonly Setting[] = [
  { name: 'GRIDBOOK_DATA', meaning: 'data folder (--data goes before it)', fallback: DEFAULT_DATA },
  {
    name: 'GRIDBOOK_PORT',
    meaning: 'port of the GraphQL server (--port goes before it); PORT is read where it is absent',
    fallback: String(DEFAULT_PORT),
  },
  {
    name: 'GRIDBOOK_HOST',
    meaning: 'address to listen on (--host goes before it); demonstration keys work on loopback only',
    fallback: DEFAULT_HOST,
  },
  {
    name: 'DATABASE_URL',
    meaning: 'postgres:// address of the server that holds the read model',
    fallback: 'PGlite in the data folder',
  },
  {
    name: 'GRIDBOOK_JWKS',
    meaning: 'file or https:// address of the JWKS that tokens are checked by',
    fallback: 'local keys in the data folder',
  },
  { name: 'GRIDBOOK_ISSUER', meaning: 'issuer that tokens must name', fallback: 'that of local tokens' },
  { name: 'GRIDBOOK_AUDIENCE', meaning: 'audience that tokens must name', fallback: 'that of local tokens' },
  {
    name: 'GRIDBOOK_OFFLINE',
    meaning:
      'organisations of a Fabric network that keep their keys and sign for themselves, separated by commas ' +
      '(--offline goes before it)',
    fallback: 'none',
  },
  {
    name: 'NODE_ENV',
    meaning: '`production` refuses demonstration keys, hides the query page and introspection',
    fallback: 'development',
  },
  { name: 'GRIDBOOK_LOG', meaning: `level of the server's log: ${LOG_LEVELS.join(', ')}`, fallback: 'warn' },
  {
    name: 'FABRIC_BIN',
    meaning: 'folder of Fabric’s peer, orderer and configtxgen, for `gridbook network`',
    fallback: 'PATH, then the user’s cache',
  },
  { name: 'GRIDBOOK_DEBUG', meaning: '1 shows the stack of an error', fallback: '0' },
  { name: 'NO_COLOR', meaning: 'anything: no colours, also on a terminal', fallback: 'unset' },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all settings; the first that is not of its form is refused by name. */
export function readSettings(environment: Environment): Settings {
  const given = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  const portName = given('GRIDBOOK_PORT') === undefined ? 'PORT' : 'GRIDBOOK_PORT';
  const port = given(portName);
  const logLevel = given('GRIDBOOK_LOG') ?? 'warn';
  if (!isLogLevel(logLevel)) refuse('GRIDBOOK_LOG', `must be one of ${LOG_LEVELS.join(', ')}`);
  return {
    data: given('GRIDBOOK_DATA') ?? DEFAULT_DATA,
    port: port === undefined ? DEFAULT_PORT : portOf(port, portName),
    host: given('GRIDBOOK_HOST') ?? DEFAULT_HOST,
    databaseUrl: databaseUrlOf(given('DATABASE_URL')),
    jwks: jwksOf(given('GRIDBOOK_JWKS')),
    issuer: given('GRIDBOOK_ISSUER'),
    audience: given('GRIDBOOK_AUDIENCE'),
    offline: organisationsOf(given('GRIDBOOK_OFFLINE') ?? '', 'GRIDBOOK_OFFLINE'),
    isProduction: given('NODE_ENV') === 'production',
    logLevel,
    debug: flagOf(given('GRIDBOOK_DEBUG'), 'GRIDBOOK_DEBUG'),
  };
}

/** A port from 0 (any that is free) to 65535. */
export function portOf(text: string, name: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) refuse(name, 'must be a port from 0 to 65535');
  return port;
}

/** Names of organisations, separated by commas. */
export function organisationsOf(text: string, name: string): string[] {
  const names = text.split(',').map((each) => each.trim());
  if (names.length === 1 && names[0] === '') return [];
  if (!names.every(isRecordId)) refuse(name, 'must be names of organisations, separated by commas');
  return names;
}

const isLogLevel = (text: string): text is LogLevel => (LOG_LEVELS as readonly string[]).includes(text);

function flagOf(text: string | undefined, name: string): boolean {
  if (text === undefined || text === '0' || text === 'false') return false;
  if (text === '1' || text === 'true') return true;
  return refuse(name, 'must be 0 or 1');
}

function databaseUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isAddress = URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
  if (!isAddress) refuse('DATABASE_URL', 'must be a postgres:// address');
  return text;
}

function jwksOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return text;
  const isSecure = URL.canParse(text) && new URL(text).protocol === 'https:';
  if (!isSecure) refuse('GRIDBOOK_JWKS', 'must be a file or an https:// address');
  return text;
}

function refuse(name: string, rule: string): never {
  throw new CommandFailure(`The setting ${name} ${rule}.`, EXIT.usage);
}

/** The table of settings, for `--help`. */
export function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length));
  const lines = SETTINGS.map(
    ({ name, meaning, fallback }) => `  ${name.padEnd(width)}  ${meaning} (default: ${fallback})`,
  );
  return ['Settings from the environment:', ...lines].join('\n');
}
