import type { Ask } from './axios.ts';

/** Requests on their way, by what they ask for. */
const pending = new Map<string, AbortController>();

const isNamed = (config: Ask): boolean => !(config.data instanceof FormData);

const nameOf = ({ method, url, params, data }: Ask): string =>
  [
    method?.toLowerCase(),
    url,
    JSON.stringify(params ?? null),
    typeof data === 'string' ? data : JSON.stringify(data ?? null),
  ].join(' ');

/** Notes a request, and cancels an identical one that is still on its way: only the newest answer counts. */
export function addPendingRequestRecord(config: Ask): void {
  if (!isNamed(config)) return;
  const name = nameOf(config);
  pending.get(name)?.abort();

  const controller = new AbortController();
  const given = config.signal;
  if (given?.aborted) controller.abort();
  given?.addEventListener('abort', () => controller.abort());
  config.signal = controller.signal;
  pending.set(name, controller);
}

/** Forgets a request that has come to an end; its successor of the same name, if there is one, stays noted. */
export function removePendingRequestRecord(config: Ask): void {
  if (!isNamed(config)) return;
  const name = nameOf(config);
  if (pending.get(name)?.signal === config.signal) pending.delete(name);
}
