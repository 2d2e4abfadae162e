import type { Server } from 'node:net'
import { hasCode, UsageError } from '../errors.ts'

const remedies: Record<string, string> = {
  EADDRINUSE: 'is in use: end what listens there, or choose another port',
  EACCES: 'needs privileges: choose a port of 1024 or more',
  EADDRNOTAVAIL: 'is on an address that this machine does not have: choose another host',
  ENOTFOUND: 'is on a host name that does not resolve: choose another host',
}

/**
 * Starts listening; resolves with the port that was taken.
 * @throws UsageError naming the port, when another port or host would do
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const remedy = hasCode(error) ? remedies[error.code] : undefined
      reject(remedy ? new UsageError(`port ${port} on ${host} ${remedy}`, { cause: error }) : error)
    }
    server.once('error', fail)
    // The backlog is the kernel's largest: a burst of cold connections must not meet SYN retransmissions.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', fail)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
