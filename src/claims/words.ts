/** Both transports, as sentences name them. */
export const transportNames = { smtp: 'SMTP', http: 'the API' } as const

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const sentence = (text: string): string => `${capitalised(text)}.`
