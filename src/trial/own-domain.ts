/** What a plan may call its own: live mail goes to these domains, and to those under them. */

/**
 * Under most countries' codes registries sell names below such labels: nobody owns `co.uk`. It is a part of what
 * the Public Suffix List holds, by which the commonest slips are told without carrying its 15,000 rows.
 */
const registryLabel = /^(?:ac|co|com|edu|gob|gov|go|ltd|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/i

export const domainPattern = /^[\w-]+(?:\.[\w-]+)+$/
export const NO_DOMAIN = 'must be a domain, such as example.org'

/** Says what is wrong with a domain that is called one's own; undefined when nothing is, as far as can be told. */
export function foreignWords(domain: string): string | undefined {
  if (!domainPattern.test(domain)) return NO_DOMAIN
  if (registryLabel.test(domain)) return `${domain} is everybody's: name the domain under it that is yours`
  return undefined
}

export const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

const isUnder = (domain: string, parent: string) => `.${domain}`.endsWith(`.${parent.toLowerCase()}`)

/** Whether an address is in one of the domains, or below it. What cannot be one's own owns nothing. */
export const isOwn = (address: string, domains: readonly string[]) =>
  domains.some(domain => foreignWords(domain) === undefined && isUnder(domainOf(address), domain))

/** Nobody has a mailbox under these (RFC 2606 §2 and §3). */
const reserved = ['test', 'example', 'invalid', 'localhost', 'example.com', 'example.net', 'example.org']

export const isNobodys = (address: string) => reserved.some(domain => isUnder(domainOf(address), domain))
