/** Fences of entries of Quarantine: their endings, attempts and redrives. */
import type { Fence } from './fence.ts';

/** Writes under a condition come late, by seconds at most. */
const LATE_WRITES: Fence['needs'] = ({ calls, coincidences }) =>
  coincidences.lateWrite > 0 && calls.lateMs > 1_000;
const LATE_DEATHS: Fence['needs'] = ({ calls, coincidences, logs }) =>
  coincidences.lateWrite > 0 && calls.lateMs > 1_000 && logs.delayMs === 1_000;
const TWO_SEND_BACK: Fence['needs'] = ({ operators }) =>
  operators.redrives > 0.1 && operators.both > 0.1;
const SENT_BACK: Fence['needs'] = ({ operators }) => operators.redrives > 0.1;

const INTERRUPTED: Fence['needs'] = ({ coincidences }) => coincidences.eraserInterrupted > 0;

export const OF_ENTRIES: readonly Fence[] = [
  {
    name: 'Quarantine: an ending is final',
    file: 'aws/quarantine-table.ts',
    code: "'(attribute_not_exists(pk) OR #status = :inIsolation OR #status = :redriven)'",
    without:
      "'(attribute_not_exists(pk) OR attribute_exists(pk) OR #status = :inIsolation OR #status = :redriven)'",
  },
  {
    name: 'Quarantine: an older round changes nothing',
    file: 'aws/quarantine-table.ts',
    code: "'(attribute_not_exists(#round) OR #round <= :ofRound)'",
    without: "'(attribute_not_exists(#round) OR attribute_exists(#round) OR #round <= :ofRound)'",
  },
  {
    name: 'Quarantine: entries of older versions are indexed as they were read',
    file: 'aws/quarantine-fingerprints.ts',
    code: "ConditionExpression: 'fingerprint = :fingerprint',",
    without: "ConditionExpression: 'fingerprint = :fingerprint OR fingerprint <> :fingerprint',",
    unseen: 'in a run no entry of an older version exists',
  },
  {
    name: 'attempts: one is recorded only if they are still as they were read',
    file: 'aws/quarantine-attempts.ts',
    code: '${UNFINISHED} AND ${unchanged} AND',
    without: '${UNFINISHED} AND (attribute_exists(pk) OR ${unchanged}) AND',
    needs: LATE_WRITES,
  },
  {
    name: 'attempts: what is known of those before is not forgotten',
    file: 'aws/quarantine-attempts.ts',
    code: '          ...attempts.flatMap(notMoreKnown),\n',
    without: '          ...attempts.flatMap(notMoreKnown).slice(0, 0),\n',
    needs: LATE_WRITES,
  },
  {
    name: 'attempts: a write changes only its own attempt',
    file: 'aws/quarantine-attempts.ts',
    code: '`attempts[${index}].requestId = :requestId`',
    without:
      '`(attribute_exists(attempts[${index}]) OR attempts[${index}].requestId = :requestId)`',
    needs: LATE_WRITES,
  },
  {
    name: 'attempts: one that was survived is no crash that an observer saw',
    file: 'aws/quarantine-attempts.ts',
    code: ' REMOVE ${at}.crash, ${at}.reason`',
    without: '`',
    needs: LATE_WRITES,
  },
  {
    name: 'attempts: a delivery whose attempt is gone decides nothing',
    file: 'functions/validate/alone.ts',
    code: '    if (!survived) return AGAIN_SOON;\n',
    without: '    if (!survived && attempt.startedAt < 0) return AGAIN_SOON;\n',
    needs: LATE_WRITES,
  },
  {
    name: 'attempts: a copy waits for one whose outcome may still be written',
    file: 'core/attempt/attempts.ts',
    code: 'crash === undefined ? runningMaxMs + LATE_WRITE_SECONDS * 1_000 : 0',
    without: '0',
    needs: ({ coincidences }) => coincidences.survivorStands > 0,
  },
  {
    name: 'attempts: a copy waits as long as that outcome may come late',
    file: 'core/attempt/attempts.ts',
    code: 'runningMaxMs + LATE_WRITE_SECONDS * 1_000',
    without: 'runningMaxMs',
  },
  {
    name: 'attempts: one that met a fault of ours does not count',
    file: 'core/attempt/attempts.ts',
    code: 'attempts.filter((attempt) => !voided.includes(attempt.requestId))',
    without: 'attempts.filter((attempt) => voided.length >= 0 || attempt.startedAt < 0)',
    needs: ({ coincidences }) => coincidences.cutOffAlone > 0.3,
  },
  {
    name: 'attempts: an observer changes only the attempt that died',
    file: 'aws/quarantine-deaths.ts',
    code: '`${at}.requestId = :requestId AND',
    without: '`(attribute_exists(${at}) OR ${at}.requestId = :requestId) AND',
    needs: ({ coincidences, logs }) =>
      coincidences.cutOffAlone > 0 && coincidences.lateWrite > 0 && logs.delayMs === 1_000,
  },
  {
    name: 'attempts: an observer changes none that has ended',
    file: 'aws/quarantine-deaths.ts',
    code: ' AND attribute_not_exists(${at}.ended)`',
    without: '`',
    needs: LATE_DEATHS,
  },
  {
    name: 'attempts: of two observers one is not overwritten',
    file: 'aws/quarantine-deaths.ts',
    code: 'AND ${unchanged} AND',
    without: 'AND (attribute_exists(pk) OR ${unchanged}) AND',
    unseen: 'in a run all reports of one death give the same reason',
  },
  {
    name: 'redrive: an entry is changed only as it was read',
    file: 'aws/quarantine-redrive.ts',
    code: "'#status = :quarantined AND quarantinedAt = :seen'",
    without:
      "'(#status = :quarantined OR attribute_exists(pk)) AND (quarantinedAt = :seen OR attribute_exists(pk))'",
    needs: TWO_SEND_BACK,
  },
  {
    name: 'redrive: of two operators one announces it',
    file: 'aws/quarantine-redrive.ts',
    code: 'AND (${unannounced} OR',
    without: 'AND (attribute_exists(pk) OR ${unannounced} OR',
    unseen:
      'two copies of one round may be sent (R04): the first one to end decides, as "an ending is final"',
  },
  {
    name: 'redrive: a round is raised once',
    file: 'aws/quarantine-redrive.ts',
    code: '(attribute_not_exists(#round) OR #round < :round)',
    without: '(attribute_not_exists(#round) OR attribute_exists(#round) OR #round < :round)',
    unseen:
      'covered by "an entry is changed only as it was read": a round that ended anew has another time',
  },
  {
    name: 'redrive: a round is raised once, nor only as the entry was read',
    file: 'aws/quarantine-redrive.ts',
    code: '${AS_READ} AND (attribute_not_exists(#round) OR #round < :round)',
    without:
      'attribute_exists(pk) OR #status = :quarantined OR quarantinedAt = :seen OR #round < :round',
    needs: SENT_BACK,
  },
  {
    name: 'redrive: one that an older version marked is sent once',
    file: 'aws/quarantine-redrive.ts',
    code: "'redrives = :redrives AND attribute_not_exists(redrive.sentAt)'",
    without:
      "'redrives = :redrives AND (attribute_exists(pk) OR attribute_not_exists(redrive.sentAt))'",
    unseen: 'in a run no entry of an older version exists',
  },
  {
    name: 'redrive: a message raises the round that its sender did not',
    file: 'functions/validate/trouble-of.ts',
    code: '  await acceptRound(quarantineTable, origin.messageId, roundOf(origin), now());\n',
    without: '',
  },
  {
    name: 'redrive: a delivery is sent again only if it was refused',
    file: 'aws/redriven-deliveries.ts',
    code: "'attribute_exists(deliveryRefused) AND",
    without: "'(attribute_exists(pk) OR attribute_exists(deliveryRefused)) AND",
    unseen: 'without it, what the server holds already is sent once more',
  },
  {
    name: 'redrive: a delivery is sent again only if nothing has replaced it',
    file: 'aws/redriven-deliveries.ts',
    code: ' AND submissionOrder = :order',
    without: ' AND submissionOrder >= :order',
    unseen:
      'a newer one that was delivered is not refused, and one that was refused too is refused again',
  },
  {
    name: 'redrive: a delivery is sent again only if its row was not erased',
    file: 'aws/redriven-deliveries.ts',
    code: ' AND attribute_not_exists(erasure)',
    without: '',
    needs: INTERRUPTED,
  },
  {
    name: 'correction: both versions are kept in the entry that was read',
    file: 'aws/quarantine-corrections.ts',
    code: "'#status = :quarantined AND quarantinedAt = :seen'",
    without:
      "'(#status = :quarantined OR attribute_exists(pk)) AND (quarantinedAt = :seen OR attribute_exists(pk))'",
    unseen:
      'what is sent is decided by the announcement that follows, which has a fence of its own',
  },
];
