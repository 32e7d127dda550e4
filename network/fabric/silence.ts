/** Processes that do not answer: what is said of them, in the place of what gRPC says. */
import { status } from '@grpc/grpc-js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { runningPid } from './processes.js';

const REFUSED = /ECONNREFUSED ([^\s"]+)/;

/** Why an attempt failed, in words. */
export function reasonOf(error: unknown): string {
  const { message, code, details } = error as Error & { code?: unknown; details?: unknown };
  if (typeof code !== 'number' || typeof details !== 'string') return message;
  const [, address] = REFUSED.exec(details) ?? [];
  if (address !== undefined) return `nothing answers at ${address}`;
  if (code === status.UNAVAILABLE && /No connection established/.test(details)) return 'nothing answers';
  return code === status.DEADLINE_EXCEEDED ? 'no answer came in time' : details;
}

/** Refused at once where none of some processes runs, as nobody could answer. */
export function requireOneOf(layout: Layout, names: readonly string[]): void {
  if (names.some((name) => runningPid(layout, name) !== undefined)) return;
  const [verb, them] = names.length === 1 ? ['does', 'it'] : ['do', 'them'];
  throw new NetworkError(`${names.join(', ')} ${verb} not run; \`gridbook network up\` starts ${them}`);
}
