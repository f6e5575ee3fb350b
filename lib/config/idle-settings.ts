/**
 * Finds settings that have no effect, because what they configure is not used: their author expects
 * otherwise. Settings that equal a default are reported too.
 */
import { UNKNOWN_SOURCE } from '../../core/source/sources.ts';
import { delivers } from '../constructs/delivery-targets.ts';
import type { Config } from './config.ts';
import { hasSources } from './source-config.ts';

interface Idle {
  /** The setting, with all settings below it. */
  readonly key: string;
  /** Settings below it that do have an effect. */
  readonly but?: readonly string[];
  readonly isIdle: (config: Config) => boolean;
  /** End of the message: `KEY changes nothing …`. */
  readonly why: string;
}

const noDelivery = (config: Config) => !delivers(config);
const NO_DELIVERY = 'without delivery.endpoint, or one of a source';
const noPackages = ({ fhir }: Config) => fhir.packages.length === 0;

const IDLE: readonly Idle[] = [
  {
    key: 'delivery.tokenSecretArn',
    isIdle: ({ delivery }) => delivery.endpoint === undefined,
    why: 'without delivery.endpoint',
  },
  ...['delivery', 'alarms.deliveryFailingSeconds', 'alarms.ageSeconds.delivery'].map((key) => ({
    key,
    but: ['delivery.endpoint'],
    isIdle: noDelivery,
    why: NO_DELIVERY,
  })),
  {
    key: 'supervisor.linkAfterSeconds',
    isIdle: noDelivery,
    why: `${NO_DELIVERY}: it is about the delivery lane`,
  },
  {
    key: 'delivery.breakerFailures',
    isIdle: ({ delivery }) => delivery.breakerShare !== undefined,
    why: 'beside delivery.breakerShare, which replaces it',
  },
  {
    key: 'terminology',
    but: ['terminology.endpoint'],
    isIdle: ({ terminology }) => terminology.endpoint === undefined,
    why: 'without terminology.endpoint',
  },
  {
    key: 'traces',
    but: ['traces.endpoint'],
    isIdle: ({ traces }) => traces.endpoint === undefined,
    why: 'without traces.endpoint',
  },
  {
    key: 'trail',
    but: ['trail.dataEvents'],
    isIdle: ({ trail }) => trail.dataEvents === 'off',
    why: 'while trail.dataEvents is off',
  },
  {
    key: 'sources',
    // Who may publish to the audit log and the supervisor is checked with and without sources (R40).
    but: ['sources.known', 'sources.senderIds', 'sources.operators', 'sources.operatorArns'],
    isIdle: ({ sources }) => !hasSources(sources),
    why: 'without sources.known',
  },
  ...['packageCache', 'packageRegistry', 'allowPartial', 'profiles', 'profilesBySource'].map(
    (key) => ({
      key: `fhir.${key}`,
      isIdle: noPackages,
      why: 'without fhir.packages',
    }),
  ),
  {
    key: 'pluginMemoryMb',
    isIdle: ({ plugins }) => plugins.length === 0,
    why: 'without plugins',
  },
];

const isBelow = (path: string, key: string) => path === key || path.startsWith(`${key}.`);

/** Problems in words. `given` are the dotted keys of all settings that were set. */
export function* idleProblems(config: Config, given: readonly string[]): Generator<string> {
  for (const path of given) {
    const idle = IDLE.find(
      ({ key, but = [], isIdle }) =>
        isBelow(path, key) && !but.some((each) => isBelow(path, each)) && isIdle(config),
    );
    if (idle !== undefined) yield `${path} changes nothing ${idle.why}`;
  }
  yield* unknownSources(config);
}

/** What is said of a source that does not exist: its author has another in mind. */
function* unknownSources({ fhir, sources, outcomesSubscriptions }: Config): Generator<string> {
  const known = hasSources(sources) ? Object.keys(sources.known) : ['default'];
  for (const source of Object.keys(fhir.profilesBySource)) {
    if (known.includes(source) || fhir.packages.length === 0) continue;
    yield `fhir.profilesBySource.${source} changes nothing: the sources are ${known.join(', ')}`;
  }
  // Of a message whose sender is nobody's, the outcome names that.
  const ended = hasSources(sources) ? [...known, UNKNOWN_SOURCE] : known;
  for (const [position, { source: wanted = [] }] of outcomesSubscriptions.entries()) {
    for (const source of wanted.filter((each) => !ended.includes(each))) {
      yield `outcomesSubscriptions.${position}.source ${source} gets nothing: the sources are ${ended.join(', ')}`;
    }
  }
}
