import { QUEUE_TOLD } from '../clientLimits.ts';
import { instant, urole } from '../fields.ts';
import { questions } from '../payloads.ts';
import {
  Malformed,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  whole,
  type Of,
  type Shape,
} from '../shape.ts';

const timeOfDay = () => text({ pattern: '([01]\\d|2[0-3]):[0-5]\\d|24:00' });
/** On one day; what goes past midnight is two of them. */
export const span = record({ from: timeOfDay(), to: timeOfDay() });
/** A day that is left out is a day off. */
const day = () => optional(list(span, { max: 6 }));

/** When customer service is there. */
export const hours = record({
  /** By its IANA name, such as Asia/Shanghai. */
  timeZone: text({ min: 1, max: 64 }),
  week: record({ mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), sat: day(), sun: day() }),
  /** Days off, whatever day of the week they are. */
  closedOn: optional(list(text({ pattern: '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' }), { max: 366 })),
});
export type Hours = Of<typeof hours>;

/** Some thing that can be done about an order, on the platform's own page. */
const orderAction = record({
  /** Told to the page around the conversation. */
  id: text({ min: 1, max: 32, pattern: '[A-Za-z0-9_-]+' }),
  label: text({ min: 1, max: 40 }),
  /** `{orderId}` stands for the order's number. */
  url: text({ max: 2048, pattern: 'https?://[^]*\\{orderId\\}[^]*' }),
  /** Who is offered it; customer service alone, when left out. */
  roles: optional(list(urole(), { max: 4 })),
  /** In which states of the order; in any, when left out. */
  statuses: optional(list(text({ max: 64 }), { max: 20 })),
});
export type OrderAction = Of<typeof orderAction>;

const { title, text: about, fields } = questions.form;

const parts = {
  /** Said when a shopper comes, at most once a session. */
  greeting: optional(
    record({
      text: text({ min: 1, max: 500 }),
      /** What can be answered with one tap. */
      choices: optional(list(text({ min: 1, max: 100 }), { max: 6 })),
    }),
  ),
  /** Around the clock, when left out. */
  hours: optional(hours),
  /** The form that a shopper is given outside of the hours. */
  leaveMessage: optional(record({ title, text: about, fields })),
  orderActions: optional(list(orderAction, { max: 8 })),
  /** `sealed`: files are sealed by who sends them, and the server cannot look into them. `scanned` when left out. */
  files: optional(oneOf('scanned', 'sealed')),
  /** Messages, files and reports older than this are destroyed; kept as long as the server keeps anything, when left out. */
  retentionDays: optional(whole({ min: 1, max: 36_500 })),
};

/** What an app has settled about its customer service, in its own words. Strict: who misspells a part is told so. */
export const settings: Shape<Of<typeof shape>> = {
  kind: { is: 'record', fields: parts },
  read(value, path) {
    const read = shape.read(value, path);
    const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined)
      throw new Malformed(`${path}.${unknown}`, `one of ${Object.keys(parts).join(', ')}, or nothing`);
    return read;
  },
};
const shape = record(parts);
export type Settings = Of<typeof shape>;

/** What a member may do about an order, on the platform's page. */
export const offeredAction = record({
  id: orderAction.fields.id,
  label: orderAction.fields.label,
  url: orderAction.fields.url,
  statuses: orderAction.fields.statuses,
});

/** Where a call for customer service stands. */
export const serviceCall = record({
  /** Null when nobody has called, or somebody has come since. */
  calledAt: nullable(instant()),
  /** How many called earlier and wait still, counted up to 100; null for who is in no queue. */
  before: nullable(whole({ max: QUEUE_TOLD })),
  /** Whether customer service is there at this hour. */
  isOpen: flag(),
  /** When it is there again; null while it is, and when no such day is near. */
  opensAt: nullable(instant()),
});
export type ServiceCall = Of<typeof serviceCall>;
