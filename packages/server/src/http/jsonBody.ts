import { Refused } from '@trialogue/protocol';
import type { FastifyInstance } from 'fastify';

/** Deeper than anything that is described, and far from what a recursive reader could stumble over. */
const DEEPEST = 12;

/**
 * JSON is the only body that is read, but for uploads. No body counts as `{}`; `__proto__` and its like are refused.
 */
export function takeJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, {});
    void parse(request, body as string, (error, value) => {
      if (error) done(new Refused('request.malformed', 'The body is not JSON, or names a field like __proto__.'));
      else if (isDeeper(value, DEEPEST)) done(new Refused('request.malformed', 'The body is nested too deeply.'));
      else done(null, value);
    });
  });
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
}
