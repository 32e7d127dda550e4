/** Addresses at which nodes listen, and whether something else listens there. */
import { createServer, isIP } from 'node:net';
import { NetworkError } from './errors.js';
import type { Address } from './organisation-group.js';

/** Where nodes listen unless they are told otherwise; where what no other machine may call always listens. */
export const LOOPBACK = '127.0.0.1';

/** One that ends with a number is an address, or a slip. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const ENDS_WITH_NUMBER = /(^|\.)\d+$/;
const ZEROS = /^[0.]+$/;

/** Why others could not reach nodes at an address by its form; undefined where they could. */
export function faultOf(host: string): string | undefined {
  if (host.includes(':'))
    return 'Fabric takes no IPv6 address in a channel: give an IPv4 address or a host name';
  if (host === '*' || ZEROS.test(host))
    return `others cannot reach nodes at ${host}: give the address or host name by which they do`;
  const isName = NAME.test(host) && !ENDS_WITH_NUMBER.test(host);
  return isIP(host) === 4 || isName ? undefined : `${host} is no IPv4 address and no host name`;
}

/** Refuses what others could not reach, or where this machine cannot listen. */
export async function requireListenAddress(host: string): Promise<void> {
  const fault = faultOf(host);
  if (fault !== undefined) throw new NetworkError(fault);
  if ((await vacancyOf({ host, port: 0 })) === 'ELSEWHERE')
    throw new NetworkError(
      `no interface of this machine has the address ${host}, so that nodes cannot listen there`,
    );
}

/** Whether a process may listen at an address: free, taken by another one, or no address of this machine. */
export type Vacancy = 'FREE' | 'TAKEN' | 'ELSEWHERE';

export const vacancyOf = ({ host, port }: Address): Promise<Vacancy> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'EADDRINUSE' || code === 'EACCES' ? 'TAKEN' : 'ELSEWHERE');
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve('FREE')));
  });

export const isFree = async (port: number, host = LOOPBACK): Promise<boolean> =>
  (await vacancyOf({ host, port })) === 'FREE';
