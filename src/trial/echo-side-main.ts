import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { EchoSideTerms } from './echo-side.ts'
import { serveSide } from './side-main.ts'

/** The entry of the process at the other end of the loopback's round trips: started by echo-side.ts. */
serveSide<EchoSideTerms>(async () => {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => socket.destroy()).on('data', chunk => socket.write(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { address: host, port } = server.address() as AddressInfo
  return { ready: { address: { host, port } }, calls: {} }
})
