/**
 * Asks the platform API of a running server, as a platform's backend would.
 *
 * @throws {Error} with what the server said when it refuses.
 */
export const platformOf =
  (origin: string, appSecret: string) =>
  async (method: 'PUT' | 'POST', path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${origin}/platform/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${appSecret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { code: number; data: Record<string, unknown>; msg: string };
    if (answer.code !== 0) throw new Error(`${method} ${path} was refused: ${answer.msg}`);
    return answer.data;
  };
