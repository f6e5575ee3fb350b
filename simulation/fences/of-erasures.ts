/** Fences of erasures of patients (docs/retention.md): what makes one complete, and what it must not touch. */
import type { Fence } from './fence.ts';

const ERASES: Fence['needs'] = ({ operators }) => operators.erases > 0;
const INTERRUPTED: Fence['needs'] = ({ coincidences }) => coincidences.eraserInterrupted > 0;

export const OF_ERASURES: readonly Fence[] = [
  {
    name: 'erasure: an entry is erased as it was read',
    file: 'aws/erased-entries.ts',
    code: '(#was = :was AND ${asRead})',
    without: '((#was = :was OR attribute_exists(pk)) AND (attribute_exists(pk) OR ${asRead}))',
    needs: INTERRUPTED,
  },
  {
    name: 'erasure: a row is erased only if nothing has replaced it',
    file: 'aws/erased-resources.ts',
    code: "'submissionOrder = :seen'",
    without: "'submissionOrder >= :seen'",
    needs: INTERRUPTED,
  },
  {
    name: 'erasure: two at once get two numbers',
    file: 'aws/erasures-table.ts',
    code: "'attribute_not_exists(pk) OR (patient = :patient AND #at = :at)'",
    without:
      "'attribute_not_exists(pk) OR attribute_exists(pk) OR (patient = :patient AND #at = :at)'",
    needs: ERASES,
  },
  {
    name: 'erasure: waits until nobody runs who may not know of it',
    file: 'cli/erase/run.ts',
    code: 'await wait(stage.settleMs);',
    without: '',
    needs: ERASES,
  },
  {
    name: 'erasure: waits for deliveries that have read what it erases',
    file: 'cli/erase/sweep.ts',
    code: 'if (options.act && left > 0)',
    without: 'if (options.act && left > Number.MAX_SAFE_INTEGER)',
    needs: INTERRUPTED,
  },
  {
    name: 'erasure: each environment reads new erasures in time',
    file: 'aws/erased-patients.ts',
    code: 'this.#now() - this.#readAt < ERASURES_KNOWN_MS',
    without: 'this.#now() - this.#readAt < 100 * ERASURES_KNOWN_MS',
    needs: ERASES,
  },
  {
    name: 'erasure: a body counts from when its message was sent',
    file: 'cli/erase/bodies.ts',
    code: 'const { sentAt = version.modifiedAt, sources } = found;',
    without: 'const { sources } = found, sentAt = version.modifiedAt;',
    needs: INTERRUPTED,
  },
  {
    name: 'erasure: a body belongs to the source that it names',
    file: 'cli/erase/sweep-bodies.ts',
    code: 'if (said !== undefined) return',
    without: 'if (said === null) return',
    needs: INTERRUPTED,
  },
  {
    name: 'erasure: notes which objects it deletes before it reads entries',
    file: 'cli/erase/sweep.ts',
    code: '  await noteBodies(run);\n',
    without: '',
    needs: ERASES,
  },
  {
    name: 'erasure: a message without its object asks whether it was stored',
    file: 'functions/validate/load-body.ts',
    code: 'await identityStoredBy(parts.resourcesTable, provenance.origin)',
    without: 'undefined',
    needs: ERASES,
  },
  {
    name: 'erasure: does not end while S3 returns nothing that we stored',
    file: 'aws/object-versions.ts',
    code: 'key.startsWith(SUBMISSIONS_PREFIX) && objectRefusal(error) !== undefined',
    without: 'objectRefusal(error) !== undefined',
    needs: ({ coincidences }) => coincidences.eraserInterrupted > 0,
  },
  {
    name: 'erasure: a dead letter is refused too',
    file: 'functions/quarantine/build.ts',
    code: 'const erasure = await erased.erasureOf(body, submitted, object)',
    without: 'const erasure = false ? await erased.erasureOf(body, submitted, object) : undefined',
    needs: ERASES,
  },
];
