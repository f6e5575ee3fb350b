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
import { checkSupervision } from './checks/supervision-checks.ts';
import { planConcurrency } from './config/concurrency.ts';
import type { Config } from './config/config.ts';
import { Analytics } from './constructs/analytics.ts';
import { deliveryServices } from './constructs/delivery-targets.ts';
import { Emptying } from './constructs/emptying.ts';
import { type Foundation, stagePolicy } from './constructs/foundation.ts';
import { createKey } from './constructs/key.ts';
import { Monitor } from './constructs/monitor.ts';
import { Network } from './constructs/network.ts';
import { addOutputs } from './constructs/outputs.ts';
import { functionsOf } from './constructs/pipeline-function.ts';
import { Reporting } from './constructs/reporting.ts';
import { addStores, type Stores } from './constructs/stores.ts';
import { addTopics, type Topics } from './constructs/topics.ts';
import { Trail } from './constructs/trail.ts';
import { addCrashPath } from './crash-path.ts';
import { addMessagePath, type MessagePath } from './message-path.ts';

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

    const stores = addStores(this, foundation);
    const topics = addTopics(this, foundation);
    const path = addMessagePath(this, foundation, stores, topics);
    const { validating, delivery, quarantine } = path;
    const { incident, supervisor, minute } = addCrashPath(this, foundation, stores, topics, path);

    const { hashKey, accessLogs, audit, tables } = stores;
    const { crashes, management } = topics;
    const outcomes = topics.outcomes.topic;
    const insight = { outcomes, hashKey, accessLogs };
    const reportingProps = { ...insight, management, minute };
    const reporting = new Reporting(this, 'Reporting', foundation, reportingProps);
    const analytics = new Analytics(this, 'Analytics', foundation, insight);

    const watched = [quarantine, incident, supervisor, audit, reporting, analytics];
    const monitor = new Monitor(this, 'Monitor', foundation, {
      watched: [
        ...validating,
        ...watched.map((part) => part.function),
        ...(delivery ? [delivery.deliver, delivery.resend] : []),
      ],
      crashes: crashes.topic,
      quarantine: tables.quarantine,
    });
    crashes.onlyPublishedBy([...validating, monitor.function]);
    topics.outcomes.onlyPublishedBy([...validating, quarantine.function]);

    addForStage(this, foundation, stores);
    checkSupervision(this, tree, delivery ? [] : ['deliver', 'resend']);
    addScreens(this, foundation, stores, topics, path);
    addOutputs(this, config, { ...stores, ...topics, ...path, outcomes });
  }
}

/** What only some stages have. */
function addForStage(stack: Stack, foundation: Foundation, { audit, accessLogs }: Stores): void {
  const { config } = foundation;
  if (config.trail.dataEvents === 'on') {
    const otherBuckets = [audit.vault.bucket as IBucket];
    new Trail(stack, 'Trail', foundation, { accessLogs, otherBuckets });
  }
  if (!config.production) new Emptying(stack, 'Emptying', foundation);
  const { network } = config;
  if (network !== undefined) {
    new Network(stack, 'Network', { ...config, network }, functionsOf(stack));
  }
}

/** To be called last: alarms watch what is in the stack by then. */
function addScreens(
  stack: Stack,
  foundation: Foundation,
  { tables }: Stores,
  { oncall, management }: Topics,
  { critical, background, validating, delivery }: MessagePath,
): void {
  const { config } = foundation;
  const isAsking = config.terminology.endpoint !== undefined;
  const story = {
    lanes: ['critical', 'background', ...(delivery ? ['delivery'] : [])],
    services: [...deliveryServices(config), ...(isAsking ? [TERMINOLOGY_SERVER] : [])],
  };
  new Alarms(stack, 'Alarms', foundation, { audiences: { oncall, management }, ...story });
  new Dashboard(stack, 'Dashboard', foundation, {
    ...story,
    validating: [critical, background],
    functions: [...validating, ...(delivery ? [delivery.deliver] : [])],
    tables: [tables.resources, tables.quarantine],
  });
}
