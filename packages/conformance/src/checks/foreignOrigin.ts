import { must, mustBe, type Check } from '../check.ts';
import { TurnedAway, type Socket } from '../stage/socket.ts';

const FOREIGN = ['https://evil.example', 'null', 'http://127.0.0.1.evil.example'];

export const foreignOrigin: Check = {
  about: ['§2.1'],
  title: 'Pages of origins that are not listed are turned away',
  async run(at) {
    const { ada, group } = await at.pair();
    for (const origin of FOREIGN) {
      const turned = await at.dial({ origin }).then(
        (socket: Socket) => socket,
        (error: unknown) => {
          if (error instanceof TurnedAway) return error.status;
          throw error;
        },
      );
      mustBe(`a socket for Origin ${origin}: HTTP`, typeof turned === 'number' ? turned : 101, 403);
      const { headers } = await ada.ask('GET', `/conversations/${group.dlgId}/messages`, { headers: { origin } });
      const allowed = headers.get('access-control-allow-origin');
      must(allowed !== origin && allowed !== '*', `no access-control-allow-origin for ${origin}`, `${allowed}`);
      const preflight = await at.http.ask('OPTIONS', `/api/v1/conversations/${group.dlgId}/messages`, {
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      const may = preflight.headers.get('access-control-allow-origin');
      must(may !== origin && may !== '*', `no leave in the preflight of ${origin}`, `${may}`);
    }
    for (const origin of at.server.origins.slice(0, 3)) {
      const socket = await at.dial({ origin });
      await socket.nextOf('hello', () => true, { what: `hello for the listed origin ${origin}` });
    }
    return `${FOREIGN.length} foreign origins on sockets, requests and preflights; ${at.server.origins.length} listed`;
  },
};
