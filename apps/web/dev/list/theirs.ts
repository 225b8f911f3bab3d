import { textAt } from './subject.ts';
import { watch } from './watch.ts';

/** As its documentation says: a custom element that is given its rooms and messages as properties. */
interface Message {
  _id: string;
  content: string;
  senderId: string;
  username: string;
  date: string;
  timestamp: string;
}
type ChatElement = HTMLElement & Record<string, unknown> & { messages: Message[] };

const script = document.createElement('script');
script.src = '/theirs.umd.js';
document.head.append(script);
await new Promise((resolve) => script.addEventListener('load', resolve));
(globalThis as unknown as { 'vue-advanced-chat': { register(): void } })['vue-advanced-chat'].register();
const users = ['ada', 'bo', 'cy'].map((name) => ({ _id: name, username: name, status: { state: 'online' } }));
const messageAt = (place: number): Message => ({
  _id: `m${place}`,
  content: textAt(place),
  senderId: ['ada', 'bo', 'cy'][Math.abs(place) % 3] ?? 'ada',
  username: ['ada', 'bo', 'cy'][Math.abs(place) % 3] ?? 'ada',
  date: '22 November',
  timestamp: '10:20',
});
const FIRST = 10_000;
let first = FIRST;
let messages: Message[] = [];
const chat = document.createElement('vue-advanced-chat') as ChatElement;
const inside = (): ParentNode => chat.shadowRoot ?? document;

watch({
  prepare: (count) => void (messages = Array.from({ length: count }, (_, at) => messageAt(FIRST + at))),
  mount() {
    Object.assign(chat, {
      height: '100vh',
      currentUserId: 'ada',
      rooms: [{ roomId: 'long', roomName: 'long', avatar: '', users }],
      roomId: 'long',
      roomsLoaded: true,
      singleRoom: true,
      messagesLoaded: false,
      messages: [],
    });
    document.querySelector('#app')?.append(chat);
    // It goes to the newest message when messages come to a room that it shows already.
    requestAnimationFrame(() => Object.assign(chat, { messages, messagesLoaded: true }));
  },
  prepend(count) {
    messages = [...Array.from({ length: count }, (_, at) => messageAt(first - count + at)), ...messages];
    first -= count;
    chat.messages = messages;
  },
  toFirst: () => inside().querySelector('.vac-container-scroll')?.scrollTo(0, 0),
  append() {
    messages = [...messages, messageAt(first + messages.length)];
    chat.messages = messages;
  },
  scroller: () => inside().querySelector<HTMLElement>('.vac-container-scroll') ?? undefined,
  rows: () => [...inside().querySelectorAll<HTMLElement>('.vac-message-wrapper')],
  hasLast: () => inside().querySelector(`[id="${messages.at(-1)?._id}"]`) !== null,
});
