import { generic } from '../../provider/generic.ts'
import type { TestOptions } from '../contract.ts'
import { type HttpWireOptions, httpWireTransport } from './http-wire.ts'

export interface Variant extends Partial<HttpWireOptions> {
  readonly encrypted?: boolean
}

/** A transport as the contract suite asks for it; in lockstep on kept connections unless told otherwise. */
export function openWire(options: TestOptions, { encrypted = false, ...variant }: Variant = {}) {
  const { host, port, ca, password, ...rest } = options
  return httpWireTransport({
    address: { host, port },
    ...(encrypted && { trust: { insecure: false, resume: false, ...(ca !== '' && { ca }) } }),
    provider: generic,
    key: password,
    reuse: true,
    mode: 'lockstep',
    ...rest,
    ...variant,
  })
}
