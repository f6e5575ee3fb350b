/** What a cold environment of a function starts with, in this process: its own clients and telemetry, and the tests' clock. */
import { HASTY_CALL } from '../../aws/call-timeouts.ts';
import {
  type Clients,
  makeDynamo,
  makeS3,
  makeSecrets,
  makeSns,
  makeSqs,
} from '../../aws/clients.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import { realMachine } from '../../aws/machine.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { tracesOf } from '../../aws/traces-of.ts';
import { later } from './clock.ts';
import { HASH_KEY_ARN } from './emulators.ts';
import { permitted } from './permitted.ts';

/** Tries as often as a hasty one, and waits longer: a busy machine answers late. */
export const makePatientDynamo = () =>
  makeDynamo({ ...HASTY_CALL, connectMs: 60_000, requestMs: 60_000 });

export const makeClients = (): Clients => ({
  sqs: makeSqs(),
  sns: makeSns(),
  s3: makeS3(process.env),
  dynamo: makeDynamo(),
  hastyDynamo: makePatientDynamo(),
  secrets: makeSecrets(),
});

/** Of the function with that name; without one its clients may do anything. */
export const coldDeps = (name?: string) => ({
  ...surroundings(process.env),
  later,
  ...(name === undefined ? makeClients() : permitted(makeClients(), name)),
});

/** The secret of the running emulators. */
export const testHashKey = () => new HashKey({ arn: HASH_KEY_ARN, secrets: makeSecrets() });

/** However busy the machine is, spans reach a collector that accepts them. */
export const coldTraces = () => tracesOf(process.env, { ...realMachine, later: () => () => {} });
