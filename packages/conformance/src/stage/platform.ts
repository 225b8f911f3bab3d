import { Failed } from '../check.ts';
import type { Answer, Http } from './http.ts';

/** The B2C platform's backend, as contract §4 has it. */
export class Platform {
  readonly #http: Http;
  readonly #secret: string;

  constructor(http: Http, secret: string) {
    this.#http = http;
    this.#secret = secret;
  }

  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.#http.ask<T>(method, `/platform/v1${path}`, { bearer: this.#secret, body });
  }

  /** @throws {Failed} when it is refused. */
  async need<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask<T>(method, path, body);
    if (answer.code === 0) return answer.data;
    throw new Failed(`success of the platform API: ${method} ${path}`, said(answer));
  }

  putUser(userId: string, urole = 'user'): Promise<unknown> {
    return this.need('PUT', `/users/${userId}`, { name: userId, urole });
  }

  createGroup(userIds: readonly string[]): Promise<{ groupId: string; dlgId: string }> {
    const members = userIds.map((userId) => ({ userId }));
    return this.need('POST', '/groups', { name: 'Conformance', members });
  }

  async createToken(userId: string): Promise<string> {
    return (await this.need<{ token: string }>('POST', `/users/${userId}/tokens`, {})).token;
  }

  revokeTokens(userId: string): Promise<unknown> {
    return this.need('DELETE', `/users/${userId}/tokens`);
  }

  addMember(groupId: string, userId: string): Promise<unknown> {
    return this.need('POST', `/groups/${groupId}/members`, { members: [{ userId }] });
  }

  removeMember(groupId: string, userId: string): Promise<unknown> {
    return this.need('DELETE', `/groups/${groupId}/members/${userId}`);
  }
}

/** An answer in a few words, for a report. */
export const said = ({ status, code, error, text }: Answer<unknown>): string =>
  code === undefined
    ? `HTTP ${status}: ${text.slice(0, 120)}`
    : `HTTP ${status}, code ${code} ${error ?? ''}`.trimEnd();
