/** Fences of the way of a message through its lane. */
import type { Fence } from './fence.ts';

/** Deliveries of one message come to different verdicts. */
const FICKLE: Fence['needs'] = ({ coincidences }) => coincidences.lateVerdict > 0;

export const OF_MESSAGES: readonly Fence[] = [
  {
    name: 'Resources: an older submission replaces nothing newer (R05)',
    file: 'aws/resources-table.ts',
    code: "'attribute_not_exists(pk) OR submissionOrder < :order'",
    without: "'attribute_not_exists(pk) OR submissionOrder < :order OR submissionOrder > :order'",
  },
  {
    name: 'in flight: the mark is written before anything is loaded',
    file: 'functions/validate/in-flight.ts',
    code: 'const stands = await writeMark(',
    without: 'const stands = true || await writeMark(',
  },
  {
    name: 'in flight: a suspect was in an environment that died',
    file: 'functions/validate/in-flight.ts',
    code: 'seenBefore.has(record) && suspects.has(record.messageId)',
    without: '(seenBefore.has(record) || suspects.has(record.messageId))',
  },
  {
    name: 'in flight: a late write does not restore a removed mark',
    file: 'functions/validate/in-flight.ts',
    code: 'messageIds.length === 0 || this.#triedUntil',
    without: 'leaseEndsAt > 0 || this.#triedUntil',
    needs: ({ coincidences }) => coincidences.lateMark > 0,
  },
  {
    name: 'in flight: a late write of a mark changes nothing',
    file: 'aws/in-flight-table.ts',
    code: "const NEWER = '#write < :write';",
    without: "const NEWER = '(#write < :write OR #write >= :write)';",
  },
  {
    name: 'in flight: a second delivery waits for the first',
    file: 'functions/validate/lane-batch.ts',
    code: 'waitForFirstMs(one, now, parts.settings) > 0',
    without: 'waitForFirstMs(one, now, parts.settings) > Number.POSITIVE_INFINITY',
    needs: ({ queues }) => queues.duplicate > 0,
  },
  {
    name: 'in flight: one copy of a group runs at a time',
    file: 'aws/group-hold.ts',
    code: 'OR #until < :now OR',
    without: 'OR #until < :now OR #until >= :now OR',
    needs: ({ coincidences }) => coincidences.groupTwice > 0,
  },
  {
    name: 'messages: the problem of a message stays in its envelope',
    file: 'core/message/origin.ts',
    code: 'problem: envelope.data.problem,',
    without: 'problem: undefined,',
  },
  {
    name: 'claim checks: an object is refused only if others are readable',
    file: 'functions/validate/load-body.ts',
    code: '!isOurs && (await areReadableBeside(parts, s3))',
    without: '!isOurs || (await areReadableBeside(parts, s3))',
  },
  {
    name: 'claim checks: a key is written as SQS takes it',
    file: 'core/message/claim-check.ts',
    code: 'return jsonForSqs({ s3 }',
    without: 'return JSON.stringify({ s3 }',
  },
  {
    name: 'messages: what does not fit with its envelope goes through the bucket',
    file: 'aws/lane-queues.ts',
    code: 'messageBytes(whole) <= SEND_BYTES_MAX &&',
    without: 'messageBytes(whole) <= 2 * SEND_BYTES_MAX &&',
  },
  {
    name: 'messages: what SQS does not take goes through the bucket',
    file: 'aws/lane-queues.ts',
    code: '&& isMessageBody(body))',
    without: '&& (isMessageBody(body) || body.length > 0))',
    unseen: 'whoever sends it back is told that it failed, and its entry stays',
  },
  {
    name: 'rates: what exceeds the rate is refused',
    file: 'core/source/source-rate.ts',
    code: 'return Math.max(0, Math.min(added, room));',
    without: 'return Math.max(added, Math.min(added, room));',
    needs: ({ settings }) => settings.ratePerMinute > 0,
  },
  {
    name: 'rates: a count is sent once',
    file: 'aws/rates-table.ts',
    code: "name: 'sendOnce'",
    without: "name: 'often'",
    needs: ({ settings, calls }) => settings.ratePerMinute > 0 && calls.lostAnswer > 0,
  },
  {
    name: 'rates: what was stored is not refused when it comes again',
    file: 'functions/validate/validate-loaded.ts',
    code: "if (refusal !== 'rate' && isFirst(",
    without: "if (refusal === 'rate' || isFirst(",
    needs: ({ settings, queues }) =>
      settings.ratePerMinute > 0 && queues.countOff > 0.02 && queues.duplicate > 0.02,
  },
  {
    name: 'messages: a valid one asks whether it has ended',
    file: 'functions/validate/endings.ts',
    code: "return hasEnded(trouble, origin.round) ? 'ended' : 'in isolation';",
    without: "return hasEnded(trouble, origin.round) ? 'nothing' : 'in isolation';",
  },
  {
    name: 'messages: an approximate count does not make a delivery the first',
    file: 'functions/validate/submission.ts',
    code: '!mayHaveRunBefore(submission, now(), settings)',
    without:
      '(submission.receives <= 1 || mayHaveRunBefore(submission, now(), settings) === undefined)',
    needs: ({ queues, coincidences }) => queues.countOff > 0 && coincidences.lateVerdict > 0,
  },
  {
    name: 'messages: one whose ending may still be written waits',
    file: 'functions/validate/lane-batch.ts',
    code: 'late.filter(({ record }) => !unanswered.has(record))',
    without: 'late.filter(({ record }) => !unanswered.has(record) || true)',
    also: [
      {
        file: 'core/attempt/back-off.ts',
        code: 'isUnanswered ? Math.max(LATE_WRITE_SECONDS, seconds) : seconds',
        without: 'isUnanswered ? Math.min(LATE_WRITE_SECONDS, seconds) : seconds',
      },
      {
        file: 'functions/validate/suspect-group.ts',
        code: 'unanswered.size > 0 ? LATE_WRITE_SECONDS : undefined',
        without: 'unanswered.size > 1e9 ? LATE_WRITE_SECONDS : undefined',
      },
    ],
    needs: ({ coincidences }) => coincidences.lateVerdict > 0,
  },
  {
    name: 'messages: one in a batch whose copy has run alone goes there too',
    file: 'functions/validate/batch-run.ts',
    code: "if (earlier === 'in isolation') {",
    without: "if (earlier === 'in isolation' && verdict === undefined) {",
    needs: ({ coincidences, queues }) => coincidences.cutOffAlone > 0 && queues.duplicate > 0.05,
  },
  {
    name: 'messages: what an earlier delivery stored is not dead-lettered',
    file: 'functions/validate/alone-endings.ts',
    code: 'if (await endAsStoredBefore(parts, submission, identity)) return',
    without: "if (text === '' && (await endAsStoredBefore(parts, submission, identity))) return",
    needs: FICKLE,
  },
  {
    name: 'messages: what an earlier delivery stored is not rejected',
    file: 'functions/validate/endings.ts',
    code: 'return stored !== undefined ? {',
    without: 'return stored !== undefined && verdict.issues.length < 0 ? {',
    needs: ({ functions, outages }) =>
      functions.killed > 0.001 && outages.some(({ of }) => of.includes('terminology')),
  },
  {
    name: 'messages: an ending that was discarded is published',
    file: 'aws/entered-outcome.ts',
    code: "if (status !== 'quarantined' && status !== 'discarded') return undefined;",
    without: "if (status !== 'quarantined') return undefined;",
  },
  {
    name: 'in flight: a mark that was written meanwhile is not removed',
    file: 'aws/in-flight-table.ts',
    code: "ConditionExpression: '#write = :write',",
    without: "ConditionExpression: '#write = :write OR #write <> :write',",
    unseen:
      'a batch ends before its lease: what is written to a mark afterwards comes late, and names nothing that runs',
  },
];
