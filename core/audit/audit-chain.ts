/**
 * A log in which nothing can be changed unnoticed (R40).
 *
 * Each entry holds the hash of the entry before it, so its own hash covers the whole log up to it. Whoever
 * knows the last hash can check every entry, and no entry can be changed, left out, inserted or moved
 * without changing all later hashes. Hashes are made of canonical bytes (properties in order, no spaces)
 * behind a word that says what is hashed, so that no text of another purpose has the hash of an entry:
 * https://datatracker.ietf.org/doc/html/rfc6962#section-2.1 on second preimages;
 * golang.org/x/mod/sumdb/tlog for the method.
 *
 * Entries are appended in batches, and each says where its batch begins and ends, so a batch that was cut
 * short is found even at the end of the log. The limit: a log without its last whole batches is a valid
 * shorter log. The locked objects guard against that.
 *
 * Every prefix of a log that verifies also verifies, and so does an empty log.
 */
import { hash as digest } from 'node:crypto';
import * as z from 'zod';
import { AUDIT_FACT_KINDS, type AuditFactKind } from './audit-fact.ts';

const DOMAIN = 'fhir-failsafe/audit/1';

/** The last entry of a log; sequence 0 before the first. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
  /** The deployment that wrote it. */
  readonly configuration?: string | undefined;
}

/** What the log keeps of a fact. */
export interface RecordedFact {
  /** Keyed hash of the fact's id. */
  readonly fact: string;
  readonly kind: AuditFactKind | 'unreadable' | 'refused';
  readonly at: number;
  readonly component: string;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  readonly details: Readonly<Record<string, string | number>>;
  /** The principal that sent it first, as SQS proves it; absent for the writer's own facts. */
  readonly teller?: string | undefined;
  /** The function or operator that the principal belongs to. */
  readonly toldAs?: string | undefined;
}

/** An entry as its table item and as a line of its object, byte by byte the same. */
export interface AppendedEntry {
  readonly sequence: number;
  /** Recognises a fact that is already in the log. */
  readonly fact: string;
  readonly hash: string;
  readonly line: string;
}

const entrySchema = z.strictObject({
  actor: z.string().optional(),
  at: z.number(),
  batchFirst: z.int().positive(),
  batchLast: z.int().positive(),
  chain: z.string(),
  component: z.string(),
  /** Hash of configuration and code of the deployment that wrote it. */
  configuration: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
  fact: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.enum([...AUDIT_FACT_KINDS, 'unreadable', 'refused']),
  previous: z.string(),
  reason: z.string().optional(),
  /** Epoch ms. */
  recordedAt: z.number(),
  sequence: z.int().positive(),
  /** The regulations that it is evidence for. */
  tags: z.array(z.string()),
  /** Both are absent in entries from before publishers were recorded. */
  teller: z.string().optional(),
  toldAs: z.string().optional(),
});
export type AuditEntry = z.infer<typeof entrySchema>;

/** Compliance tags by kind. */
const TAGS: Partial<Record<RecordedFact['kind'], string>> = {
  'process-crash': 'HIPAA_164_308_LGPD_Art_46',
  'incident-opened': 'HIPAA_164_308_a_1_ii_D',
};

/**
 * Recognises a fact: its kind and its id, so that no publisher can use up an id of a kind that it may not
 * publish. Entries from before publishers were recorded are recognised by the id alone.
 */
export function factKeyOf({
  kind,
  fact,
  teller,
  toldAs,
}: Pick<RecordedFact, 'kind' | 'fact' | 'teller' | 'toldAs'>): string {
  return (teller ?? toldAs) === undefined ? fact : `${kind}#${fact}`;
}

/** The head of an empty log. */
export function genesis(chain: string): Head {
  return { sequence: 0, hash: hashOf('genesis', chain) };
}

/** The facts as one batch of entries that follow `head`. `recordedAt` in epoch ms. */
export function appendFacts(
  head: Head,
  facts: readonly RecordedFact[],
  written: { readonly chain: string; readonly recordedAt: number; readonly configuration: string },
): AppendedEntry[] {
  const batch = { batchFirst: head.sequence + 1, batchLast: head.sequence + facts.length };
  let { sequence, hash: previous } = head;
  return facts.map((fact) => {
    sequence += 1;
    const { [fact.kind]: tag } = TAGS;
    const tags = tag === undefined ? [] : [tag];
    const content = { ...fact, ...written, ...batch, tags, sequence, previous };
    const hash = hashOf('entry', canonical(content));
    previous = hash;
    return { sequence, fact: factKeyOf(fact), hash, line: canonical({ ...content, hash }) };
  });
}

/** An entry whose text is exactly what was hashed; undefined if a single character differs. */
export function readEntry(line: string): AuditEntry | undefined {
  const parsed = entrySchema.safeParse(parseJson(line));
  if (!parsed.success || canonical(parsed.data) !== line) return undefined;
  const { hash, ...content } = parsed.data;
  return hashOf('entry', canonical(content)) === hash ? parsed.data : undefined;
}

export interface Batch {
  readonly entries: readonly AppendedEntry[];
  /** Hash of the log that ends with it. */
  readonly head: Head;
}

/** The lines of a whole batch; undefined if they are not one. Does not look at what is before it. */
export function readBatch(lines: readonly string[]): Batch | undefined {
  const entries: AppendedEntry[] = [];
  let last: AuditEntry | undefined;
  for (const line of lines) {
    last = readEntry(line);
    if (last === undefined || last.sequence !== last.batchFirst + entries.length) return undefined;
    entries.push({ sequence: last.sequence, fact: factKeyOf(last), hash: last.hash, line });
  }
  if (last === undefined || last.sequence !== last.batchLast) return undefined;
  return { entries, head: headAt(last) };
}

/** The head of the log that ends with this entry. */
export function headAt({ sequence, hash, configuration }: AuditEntry): Head {
  return { sequence, hash, configuration };
}

/** The printed form of a head, to be kept outside of the log. */
export const headText = ({ sequence, hash }: Head) => `${sequence}:${hash}`;

/** Parses a printed head. Undefined if it is not one. */
export function readHead(text: string): Head | undefined {
  const [, sequence, hash] = /^([1-9]\d{0,11}):([0-9a-f]{64})$/.exec(text) ?? [];
  return hash === undefined ? undefined : { sequence: Number(sequence), hash };
}

function hashOf(what: 'genesis' | 'entry', text: string): string {
  return digest('sha256', `${DOMAIN}/${what}\n${text}`);
}

/** One text for one value: properties are ordered by name, absent ones left out. */
function canonical(value: unknown): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, ordered(item)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
