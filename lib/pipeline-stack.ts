/** The wiring, to be read beside the drawing in ARCHITECTURE.md. */

import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import {
  SUPERVISION_TREE,
  type Supervisor as SupervisionTree,
} from '../core/supervision/supervision-tree.ts';
import { TERMINOLOGY_SERVER } from '../functions/validate/terminology/service.ts';
import { Alarms } from './alarms/alarms.ts';
import { Dashboard } from './alarms/dashboard.ts';
import { shareSwitches } from './bundle/plugin-host.ts';
import { checkSupervision } from './checks/supervision-checks.ts';
import { planConcurrency } from './config/concurrency.ts';
import type { Config } from './config/config.ts';
import { Analytics } from './constructs/analytics.ts';
import { Audit } from './constructs/audit.ts';
import { Bodies } from './constructs/bodies.ts';
import { Crashes } from './constructs/crashes.ts';
import { Delivery } from './constructs/delivery.ts';
import { deliveryServices } from './constructs/delivery-targets.ts';
import { Emptying } from './constructs/emptying.ts';
import { encryptedTopic } from './constructs/encrypted-topic.ts';
import { grantErasures } from './constructs/erasures.ts';
import { type Foundation, stagePolicy } from './constructs/foundation.ts';
import { HashKey } from './constructs/hash-key.ts';
import { Incident } from './constructs/incident.ts';
import { createKey } from './constructs/key.ts';
import { Lane } from './constructs/lane.ts';
import { Minute } from './constructs/minute.ts';
import { Monitor } from './constructs/monitor.ts';
import { Network } from './constructs/network.ts';
import { Outcomes } from './constructs/outcomes.ts';
import { addOutputs } from './constructs/outputs.ts';
import { functionsOf } from './constructs/pipeline-function.ts';
import { Quarantine } from './constructs/quarantine.ts';
import { Reporting } from './constructs/reporting.ts';
import { proveSources } from './constructs/sources.ts';
import { Supervisor } from './constructs/supervisor.ts';
import { Tables } from './constructs/tables.ts';
import { Terminology } from './constructs/terminology.ts';
import { Trail } from './constructs/trail.ts';

export interface PipelineProps extends StackProps {
  readonly config: Config;
  /** Folder with one bundle a function, from bundle.ts. */
  readonly bundles: string;
  /** Who watches whom. */
  readonly tree?: SupervisionTree;
}

export class PipelineStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { config, bundles, tree = SUPERVISION_TREE, ...props }: PipelineProps,
  ) {
    super(scope, id, { ...props, terminationProtection: stagePolicy(config).protect });
    const concurrency = planConcurrency(config);
    const key = createKey(this, 'Key', config);
    const foundation: Foundation = { config, concurrency, key, bundles };

    const tables = new Tables(this, 'Tables', foundation);
    const bodies = new Bodies(this, 'Bodies', foundation);
    const hashKey = new HashKey(this, 'Hash', foundation);
    // The CDK's own types do not hold under exactOptionalPropertyTypes: a Bucket is an IBucket.
    const accessLogs = bodies.accessLogs as IBucket;
    const audit = new Audit(this, 'Audit', foundation, {
      table: tables.audit,
      hashKey,
      accessLogs,
    });
    const crashes = new Crashes(this, 'Crashes', foundation);
    const outcomes = new Outcomes(this, 'Outcomes', foundation);
    const oncall = encryptedTopic(this, 'Oncall', foundation, 'oncall', 'fhir-failsafe page');
    const management = encryptedTopic(
      this,
      'Management',
      foundation,
      'management',
      'fhir-failsafe notice',
    );

    const fhirServers = deliveryServices(config);
    const delivery =
      fhirServers.length === 0
        ? undefined
        : new Delivery(this, 'Delivery', foundation, {
            resources: tables.resources,
            quarantine: tables.quarantine,
            breakers: tables.breakers,
            bodies: bodies.bucket,
          });

    const stores = {
      delivery: delivery?.queue,
      resources: tables.resources,
      quarantine: tables.quarantine,
      inFlight: tables.inFlight,
      bodies: bodies.bucket,
      crashes: crashes.topic,
      outcomes: outcomes.topic,
    };
    const critical = new Lane(this, 'Critical', foundation, { name: 'critical', stores });
    const background = new Lane(this, 'Background', foundation, { name: 'background', stores });

    const { endpoint: terminologyEndpoint } = config.terminology;
    if (terminologyEndpoint !== undefined) {
      const { breakers } = tables;
      const props = { endpoint: terminologyEndpoint, breakers };
      const terminology = new Terminology(this, 'Terminology', foundation, props);
      for (const { validate } of [critical, background]) {
        terminology.grantAsk(validate);
        audit.grantPublish(validate, ['breaker-transition']);
      }
    }

    if (config.plugins.length > 0) {
      for (const { validate } of [critical, background]) {
        shareSwitches(validate, tables.breakers, audit);
      }
    }

    const quarantine = new Quarantine(this, 'Quarantine', foundation, {
      lanes: [critical, background],
      table: tables.quarantine,
      bodies: bodies.bucket,
      outcomes: outcomes.topic,
    });
    for (const writer of [critical.validate, background.validate, quarantine.function]) {
      grantErasures(writer, tables.erasures, hashKey);
    }
    const incident = new Incident(this, 'Incident', foundation, {
      crashes,
      table: tables.incidents,
      oncall,
      management,
    });
    const { rates } = tables;
    proveSources(foundation, { lanes: [critical, background], quarantine, audit, rates });
    const minute = new Minute(this, 'Minute', foundation);
    const wakes = minute.wakes(incident.queue);
    const supervisor = new Supervisor(this, 'Supervisor', foundation, {
      lanes: {
        critical: { queue: critical.queue, function: critical.validate },
        background: { queue: background.queue, function: background.validate },
        ...(delivery && { delivery: { queue: delivery.queue, function: delivery.deliver } }),
      },
      crashes,
      table: tables.supervision,
      incidents: incident.queue,
      breakers: delivery && tables.breakers,
      audit,
      minute,
    });
    if (config.incident.remediation !== 'off') supervisor.grantAsk(incident.function);
    incident.admit([supervisor.function], [crashes.topic.topicArn, wakes]);
    for (const caller of [
      ...(delivery ? [delivery.deliver] : []),
      ...(terminologyEndpoint === undefined ? [] : [critical.validate, background.validate]),
    ]) {
      supervisor.grantNews(caller);
    }
    minute.wakes(audit.function);
    audit.grantPublish(incident.function, [
      'process-crash',
      'incident-opened',
      'incident-resolved',
      'page',
      'acknowledgement',
    ]);
    hashKey.grantHash(incident.function);
    if (delivery) {
      minute.wakes(delivery.resend);
      audit.grantPublish(delivery.deliver, ['breaker-transition']);
      // It tells anew what others may have died before they told.
      const transitions = ['breaker-transition', 'breaker-forced', 'plugin-switched'] as const;
      audit.grantPublish(delivery.resend, transitions);
    }
    const insight = { outcomes: outcomes.topic, hashKey, accessLogs };
    const reporting = new Reporting(this, 'Reporting', foundation, {
      ...insight,
      management,
      minute,
    });
    const analytics = new Analytics(this, 'Analytics', foundation, insight);
    const monitor = new Monitor(this, 'Monitor', foundation, {
      watched: [
        critical.validate,
        background.validate,
        quarantine.function,
        incident.function,
        supervisor.function,
        audit.function,
        reporting.function,
        analytics.function,
        ...(delivery ? [delivery.deliver, delivery.resend] : []),
      ],
      crashes: crashes.topic,
      quarantine: tables.quarantine,
    });

    if (config.trail.dataEvents === 'on') {
      const otherBuckets = [audit.vault.bucket as IBucket];
      new Trail(this, 'Trail', foundation, { accessLogs, otherBuckets });
    }

    if (!config.production) new Emptying(this, 'Emptying', foundation);

    const validating = [critical.validate, background.validate];
    crashes.onlyPublishedBy([...validating, monitor.function]);
    outcomes.onlyPublishedBy([...validating, quarantine.function]);

    const { network } = config;
    if (network !== undefined) {
      new Network(this, 'Network', { ...config, network }, functionsOf(this));
    }

    checkSupervision(this, tree, delivery ? [] : ['deliver', 'resend']);

    const story = {
      lanes: ['critical', 'background', ...(delivery ? ['delivery'] : [])],
      services: [
        ...fhirServers,
        ...(terminologyEndpoint === undefined ? [] : [TERMINOLOGY_SERVER]),
      ],
    };
    new Alarms(this, 'Alarms', foundation, { audiences: { oncall, management }, ...story });
    new Dashboard(this, 'Dashboard', foundation, {
      ...story,
      validating: [critical, background],
      functions: [critical.validate, background.validate, ...(delivery ? [delivery.deliver] : [])],
      tables: [tables.resources, tables.quarantine],
    });

    addOutputs(this, config, {
      critical,
      background,
      audit,
      oncall,
      management,
      outcomes: outcomes.topic,
      bodies,
      tables,
    });
  }
}
