import type { HttpRequest, HttpResponse } from './provider.ts'

/** A POST of JSON in UTF-8 (RFC 8259 §8.1). */
export function jsonRequest(path: string, value: unknown, headers: HttpRequest['headers'] = {}): HttpRequest {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  }
}

export function jsonResponse(
  status: number,
  value: unknown,
  headers: HttpResponse['headers'] = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }
}

/** A request without a body. */
export function getRequest(path: string, headers: HttpRequest['headers']): HttpRequest {
  return { method: 'GET', path, headers, body: Buffer.alloc(0) }
}
