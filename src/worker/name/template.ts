import { createHash } from 'node:crypto';
import { ClientError } from '../../errors.ts';
import type { Message } from '../message.ts';
import { alertId, idPaths } from './alert-id.ts';
import { nightOf, nightPaths } from './night.ts';
import {
  cutJoined,
  escapeName,
  escapeNameIgnoringCase,
  escapeOwnFolder,
  escapeReserved,
  escapeTemporaries,
} from './escape.ts';

/** Fields of a template that are not the alert's own. */
const fieldNames = ['topic', 'alert_id', 'partition', 'offset', 'record', 'date', 'night', 'hash2'] as const;
type FieldName = (typeof fieldNames)[number];

const DAY_MS = 86_400_000;
const MAX_TIMESTAMP_MS = Date.UTC(9999, 11, 31);

/** A part of a template: text as it stands, a field that we know, or a field of the alert by its place. */
type Part = { readonly text: string } | { readonly field: FieldName } | { readonly place: number };

/** What a path is made of. */
export interface NamedAlert {
  readonly message: Message;
  /** The topic as folders name it. */
  readonly topic: string;
  readonly record: number;
  readonly records: number;
  /** Captured texts of {@link PathTemplate.fieldPaths}, in that order. */
  readonly fields: readonly (string | undefined)[];
}

/**
 * A `--path` template, such as `{topic}/{date}/{alert_id}.json`. Every field is a pure function of the message, so a message
 * that is read again gets the same path. A field of the alert is named by its dotted path, `{candidate.fid}`, at the top `{.publisher}`; one that is
 * missing becomes `null`.
 */
export class PathTemplate {
  /** Fields of the alert that must be captured to name it. */
  readonly fieldPaths: readonly string[];
  readonly #segments: readonly (readonly Part[])[];
  /** Where the captured fields of {@link nightPaths} are. */
  readonly #nightPlaces: readonly number[];
  readonly #escape: (text: string) => string;

  /** @throws ClientError CONFIG naming what is wrong and what is allowed. */
  constructor(template: string, caseInsensitive: boolean) {
    const paths: string[] = [...idPaths];
    this.#segments = template.split('/').map((segment) => parseSegment(segment, template, paths));
    const usesNight = this.#segments.flat().some((part) => 'field' in part && part.field === 'night');
    this.#nightPlaces = usesNight ? nightPaths.map((path) => placeOf(path, paths)) : [];
    this.fieldPaths = paths;
    this.#escape = caseInsensitive ? escapeNameIgnoringCase : escapeName;
  }

  /** The path below the output folder. */
  render(alert: NamedAlert): string {
    const [first = '', ...others] = this.#segments.map((parts) => this.#segment(parts, alert));
    return escapeTemporaries([escapeOwnFolder(first), ...others].join('/'));
  }

  #segment(parts: readonly Part[], alert: NamedAlert): string {
    // The template's own text is the user's and stays as it is; what comes from outside is escaped.
    const texts = parts.map((part) => ('text' in part ? part.text : this.#value(part, alert)));
    const [first, last] = [parts[0], parts.at(-1)];
    if (first === last || first === undefined || last === undefined) return texts.join('');
    const suffix = 'text' in last ? last.text : '';
    const name = cutJoined(texts.slice(0, suffix === '' ? undefined : -1).join(''), suffix);
    return 'text' in first ? name : escapeReserved(name);
  }

  #value(part: { field: FieldName } | { place: number }, alert: NamedAlert): string {
    return this.#escape(valueOf(part, alert, this.#nightPlaces));
  }
}

function valueOf(
  part: { field: FieldName } | { place: number },
  alert: NamedAlert,
  nightPlaces: readonly number[],
): string {
  const { message, topic, record, records, fields } = alert;
  if ('place' in part) return fields[part.place] ?? 'null';
  const id = (): string =>
    alertId(fields.slice(0, idPaths.length), message, topic, records > 1 ? record : null);
  switch (part.field) {
    case 'topic':
      return topic;
    case 'alert_id':
      return id();
    case 'partition':
      return String(message.partition);
    case 'offset':
      return String(message.offset);
    case 'record':
      return String(record);
    case 'date':
      return utcDate(message.timestampMs);
    case 'night':
      // An alert that does not say when it was observed: from noon to noon UTC of Kafka's timestamp.
      return nightOf(nightPlaces.map((place) => fields[place])) ?? utcDate(message.timestampMs, DAY_MS / 2);
    case 'hash2':
      return createHash('sha256').update(id()).digest('hex').slice(0, 2);
  }
}

/** `2026-11-24`; a message without a timestamp, or with one beyond the calendar, has no date. */
function utcDate(timestampMs: number, earlierMs = 0): string {
  if (timestampMs < 0 || timestampMs > MAX_TIMESTAMP_MS) return 'undated';
  return new Date(timestampMs - earlierMs).toISOString().slice(0, 10);
}

function parseSegment(segment: string, template: string, paths: string[]): Part[] {
  if (segment === '' || segment === '.' || segment === '..') {
    throw wrong(template, 'it must be a relative path without empty parts, "." or ".."');
  }
  const parts: Part[] = [];
  let at = 0;
  for (const match of segment.matchAll(/\{([^{}]*)\}/g)) {
    if (match.index > at) parts.push({ text: plainText(segment.slice(at, match.index), template) });
    parts.push(parseField(match[1] ?? '', template, paths));
    at = match.index + match[0].length;
  }
  if (at < segment.length) parts.push({ text: plainText(segment.slice(at), template) });
  return parts;
}

function plainText(text: string, template: string): string {
  if (/[{}]/.test(text)) throw wrong(template, 'its braces do not match');
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\\]/.test(text)) throw wrong(template, 'it holds a backslash or a control character');
  return text;
}

function parseField(name: string, template: string, paths: string[]): Part {
  if ((fieldNames as readonly string[]).includes(name)) return { field: name as FieldName };
  if (!/^[^.]*(\.[^.]+)+$/.test(name)) {
    const atTop = /^[^.\s]+$/.test(name) ? `, or {.${name}} at the top` : '';
    throw wrong(
      template,
      `{${name}} is not known; there are ${fieldNames.map((field) => `{${field}}`).join(' ')} and dotted paths of the alert's own fields, such as {candidate.fid}${atTop}`,
    );
  }
  const path = name.startsWith('.') ? name.slice(1) : name;
  return { place: placeOf(path, paths) };
}

/** Where a field's text will be: each is captured once. */
function placeOf(path: string, paths: string[]): number {
  const known = paths.indexOf(path);
  return known >= 0 ? known : paths.push(path) - 1;
}

function wrong(template: string, why: string): ClientError {
  return new ClientError('CONFIG', `--path ${template} cannot be used: ${why}.`);
}
