/** Fences of deliveries. */
import type { Faults } from '../faults.ts';
import { checksReferences } from '../settings.ts';
import type { Fence } from './fence.ts';

const LATE_OR_STALLED: Fence['needs'] = ({ calls, functions }) =>
  calls.late > 0.005 || functions.stalled > 0.001;

const LEASE_STANDS: Fence['needs'] = ({ coincidences }) => coincidences.leaseStands > 0;

const CHECKS_REFERENCES: Fence['needs'] = ({ settings }) => checksReferences(settings);

/** A server answers 404 to a PUT that names a version of what is not there. */
const saysAbsent = ({ settings }: Faults) => settings.absentStatus === 404;
const hasOtherClients = ({ coincidences }: Faults) => coincidences.otherClients > 0.05;

export const OF_DELIVERIES: readonly Fence[] = [
  {
    name: 'delivery: only a free lease is taken',
    file: 'aws/delivery-lease.ts',
    code: "'(attribute_not_exists(deliveryLease) OR deliveryLease.#until <= :now)'",
    without:
      "'(attribute_not_exists(deliveryLease) OR attribute_exists(deliveryLease) OR deliveryLease.#until <= :now)'",
    needs: LEASE_STANDS,
  },
  {
    name: 'delivery: a delivery ends only for the submission that Resources holds',
    file: 'aws/delivery-lease.ts',
    code: ' AND submissionOrder = :ended`',
    without: ' AND submissionOrder >= :ended`',
  },
  {
    name: 'delivery: a PUT names the known version',
    file: 'functions/deliver/server-requests.ts',
    code: "...(version !== undefined && { 'if-match': version }),",
    without: '',
  },
  {
    name: 'delivery: a delivery waits for a PUT without an answer',
    file: 'core/delivery/late-put.ts',
    code: 'return lateUntil === undefined || begunAt >= lateUntil;',
    without: 'return lateUntil === undefined || begunAt > 0;',
  },
  {
    name: 'delivery: a trigger that was sent again leaves a sooner mark',
    file: 'aws/deliveries.ts',
    code: "ConditionExpression: 'deliveryDueAt = :dueAt',",
    without: "ConditionExpression: 'deliveryDueAt = :dueAt OR attribute_exists(deliveryShard)',",
    needs: ({ coincidences }) => coincidences.resendStands > 0,
  },
  {
    name: 'delivery: a late write brings no former time of a trigger back',
    file: 'aws/deliveries.ts',
    code: "'deliveryDueAt <= :dueAt OR deliveryDueAt > :sent'",
    without: "'deliveryDueAt <= :dueAt OR deliveryDueAt > :dueAt OR deliveryDueAt > :sent'",
    needs: ({ calls }) => calls.late > 0,
  },
  {
    name: 'delivery: all triggers of a delivery that waits stay',
    file: 'functions/deliver/build.ts',
    code: 'return isWaiting(other) ? { ...other, receiptHandle } : other;',
    without: "return isWaiting(other) ? 'done' : other;",
  },
  {
    name: 'delivery: only an OperationOutcome refuses a resource',
    file: 'core/delivery/delivery-meaning.ts',
    code: "if (outcome === undefined) return 'failed';",
    without: "if (outcome === undefined) return 'refused';",
  },
  {
    name: "delivery: a server's own fault is not the resource's",
    file: 'core/delivery/delivery-meaning.ts',
    code: 'return pointsInto(outcome, resourceType) ?',
    without: 'return status >= 500 || pointsInto(outcome, resourceType) ?',
  },
  {
    name: 'delivery: who does not know the version that is named has not refused the resource',
    file: 'core/delivery/delivery-meaning.ts',
    code: 'NOT_THERE.includes(status) && isNamed && !inVain',
    without: 'NOT_THERE.includes(status) && isNamed && inVain',
    needs: (drawn) => saysAbsent(drawn) && drawn.coincidences.backupRestored > 0,
  },
  {
    name: 'delivery: who asks for a version has not refused the resource',
    file: 'core/delivery/delivery-meaning.ts',
    code: 'status === NONE_NAMED && !isNamed && !wasRead',
    without: 'status === NONE_NAMED && !isNamed && wasRead',
    needs: saysAbsent,
  },
  {
    name: 'delivery: an ingress does not say that nothing is there',
    file: 'functions/deliver/after-read.ts',
    code: "read.kind === 'failed' || isOfAnIngress(",
    without: "read.kind === 'failed' || false && isOfAnIngress(",
    needs: ({ settings, servers }) => settings.absentStatus === 404 && servers.turnedAway > 0.02,
  },
  {
    name: 'delivery: what a PUT of unknown end may have changed is read again',
    file: 'functions/deliver/after-put.ts',
    code: 'deliveryLateUntil: until, deliveryConflicts: undefined',
    without: 'deliveryLateUntil: until',
    needs: saysAbsent,
  },
  {
    name: 'delivery: what shows nothing is read again while a PUT may take effect',
    file: 'functions/deliver/guarded-call.ts',
    code: 'readInVain > 0 && now() >= lateUntil',
    without: 'readInVain > 0',
    needs: (drawn) => saysAbsent(drawn) && drawn.coincidences.backupRestored > 0,
  },
  {
    name: 'delivery: what was refused waits for what it refers to',
    file: 'core/delivery/too-early.ts',
    code: "some((one) => one.kind === 'pending' || isLate(one, begunAt))",
    without: "some((one) => one.kind === 'pending' && isLate(one, begunAt))",
    needs: CHECKS_REFERENCES,
  },
  {
    name: 'delivery: what was delivered meanwhile came too late for what was refused',
    file: 'core/delivery/too-early.ts',
    code: "return one.kind === 'settled' && (one.deliveredAt ?? 0) > begunAt - CLOCKS_DIFFER_MS;",
    without: "return one.kind === 'settled' && (one.deliveredAt ?? 0) > begunAt + 1e15;",
    needs: CHECKS_REFERENCES,
  },
  {
    name: 'delivery: a conflict waits',
    file: 'core/delivery/too-early.ts',
    code: 'if (status === CONFLICT) return true;',
    without: '',
    needs: hasOtherClients,
  },
  {
    name: 'delivery: who named a version that is gone again waits',
    file: 'core/delivery/too-early.ts',
    code: 'return inVain && (isNamed',
    without: 'return inVain && !inVain && (isNamed',
    needs: (drawn) => saysAbsent(drawn) && hasOtherClients(drawn),
  },
  {
    name: 'delivery: what was in vain before a server asked for a version is no read of that',
    file: 'functions/deliver/guarded-call.ts',
    code: 'isAskedFor && (inVain || (readInVain > 0 && now() >= lateUntil))',
    without: 'inVain || (isAskedFor && readInVain > 0 && now() >= lateUntil)',
    needs: (drawn) => saysAbsent(drawn) && hasOtherClients(drawn),
  },
  {
    name: 'delivery: in a circle nobody waits for ever',
    file: 'core/delivery/too-early.ts',
    code: 'if (mayStillCome || isContended(refusal)) return refused.count < REFUSALS_MAX;',
    without: 'if (mayStillCome || isContended(refusal)) return refused.count < 1e9;',
    needs: CHECKS_REFERENCES,
  },
  {
    name: 'delivery: what waits takes over the reason to wait of what it refers to',
    file: 'core/delivery/too-early.ts',
    code: 'return one.refusedSince ?? now;',
    without: 'return one.refusedSince === undefined ? now : 0;',
    unseen:
      'in a run nothing keeps one resource from its server for an hour while others are answered',
  },
  {
    name: 'delivery: only a pending one is leased',
    file: 'aws/delivery-lease.ts',
    code: '${PENDING} AND ${FREE}',
    without: '(attribute_exists(pk) OR ${PENDING}) AND ${FREE}',
    needs: LATE_OR_STALLED,
  },
  {
    name: 'delivery: only the owner of a lease ends it',
    file: 'aws/delivery-lease.ts',
    code: "const OURS = 'deliveryLease.#owner = :owner';",
    without: "const OURS = '(attribute_exists(pk) OR deliveryLease.#owner = :owner)';",
    needs: ({ coincidences }) => coincidences.lateWrite > 0,
  },
  {
    name: 'delivery: a call begins early enough to end before its lease',
    file: 'functions/deliver/guarded-call.ts',
    code: 'return now() + settings.callTimeoutMs > until;',
    without: 'return now() > until + settings.callTimeoutMs;',
    needs: LEASE_STANDS,
  },
];
