/** How a body is read: JSON, without keys that would change what objects are. */
import type { FastifyInstance } from 'fastify';

/** A body that is JSON and is not taken all the same. The server's own parser calls it no JSON. */
export class ForbiddenKeyError extends Error {
  readonly statusCode = 400;
  readonly code = 'FORBIDDEN_KEY';
}

export function addJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) =>
    parse(request, body, (error, value) =>
      error && isJson(body) ? done(new ForbiddenKeyError()) : done(error, value),
    ),
  );
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
