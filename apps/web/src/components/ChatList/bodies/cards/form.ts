import type { PayloadOf } from '@trialogue/protocol';

import { t } from '../../../../utils/i18n/index.ts';

export type Form = PayloadOf<'form'>;
export type Field = Form['fields'][number];
export type Values = Readonly<Record<string, string>>;

/** As long as a value of an answer may be. */
export const LONGEST_VALUE = 1000;

const shapes: Readonly<Partial<Record<Field['kind'], RegExp>>> = {
  phone: /^[+(]?\d(?:[\s()-]?\d){4,17}$/,
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/u,
  number: /^-?\d+(?:[.,]\d+)?$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
};

/** What is wrong with what stands in a field, in words for whoever fills it in. */
export function wrongWith(field: Field, given: string): string | undefined {
  const value = given.trim();
  const isPicked = field.kind === 'choice' || field.kind === 'date';
  if (value === '') return field.isNeeded ? t(isPicked ? 'formPick' : 'formNeeded', { label: field.label }) : undefined;
  if (value.length > LONGEST_VALUE) return t('formLong', { n: LONGEST_VALUE });
  const isGood =
    field.kind === 'choice' ? (field.options ?? []).includes(value) : (shapes[field.kind]?.test(value) ?? true);
  if (isGood) return undefined;
  return field.kind === 'choice' ? t('formPick', { label: field.label }) : t(`formWrong.${field.kind as 'phone'}`);
}

/** What stands in the fields to begin with: what was answered before, else what the form brings along. */
export const firstValues = (form: Form, answered: Values | undefined): Record<string, string> =>
  Object.fromEntries(form.fields.map(({ name, value = '' }) => [name, answered?.[name] ?? value]));

export const valuesOf = ({ values }: PayloadOf<'formAnswer'>): Values =>
  Object.fromEntries(values.map(({ name, value }) => [name, value]));

/** What is being filled in. The list takes rows away that are far from sight, and what was typed must not go with them. */
const drafts = new Map<string, Record<string, string>>();
export const draftOf = (key: string): Record<string, string> | undefined => drafts.get(key);
export const keepDraft = (key: string, values: Record<string, string>): void => void drafts.set(key, values);
export const dropDraft = (key: string): void => void drafts.delete(key);
