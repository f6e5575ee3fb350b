/** The wiring, to be read with the drawing in ARCHITECTURE.md. */

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
import type { Minute } from './constructs/minute.ts';
import { Monitor } from './constructs/monitor.ts';
import { Network } from './constructs/network.ts';
import { addOutputs } from './constructs/outputs.ts';
import { functionsOf, type PipelineFunction } from './constructs/pipeline-function.ts';
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
  /** Tests give another one. */
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
    const kernel = addCrashPath(this, foundation, stores, topics, path);
    const insight = addInsight(this, foundation, stores, topics, kernel.minute);
    addMonitor(this, foundation, stores, topics, path, [
      path.quarantine,
      kernel.incident,
      kernel.supervisor,
      stores.audit,
      ...insight,
    ]);

    addForStage(this, foundation, stores);
    checkSupervision(this, tree, path.delivery ? [] : ['deliver', 'resend']);
    addAlarmsAndDashboard(this, foundation, stores, topics, path);
    addOutputs(this, config, { ...stores, ...topics, ...path, outcomes: topics.outcomes.topic });
  }
}

/** Readers of the endings: the daily reports, and the tables for Athena. */
function addInsight(
  stack: Stack,
  foundation: Foundation,
  { hashKey, accessLogs }: Stores,
  { outcomes, management }: Topics,
  minute: Minute,
) {
  const props = { outcomes: outcomes.topic, hashKey, accessLogs };
  return [
    new Reporting(stack, 'Reporting', foundation, { ...props, management, minute }),
    new Analytics(stack, 'Analytics', foundation, props),
  ];
}

/** Sees every other function die. After this, all publishers of the topics exist. */
function addMonitor(
  stack: Stack,
  foundation: Foundation,
  { tables }: Stores,
  { crashes, outcomes }: Topics,
  { validating, delivery, quarantine }: MessagePath,
  others: readonly { readonly function: PipelineFunction }[],
): void {
  const monitor = new Monitor(stack, 'Monitor', foundation, {
    watched: [
      ...validating,
      ...others.map((other) => other.function),
      ...(delivery ? [delivery.deliver, delivery.resend] : []),
    ],
    crashes: crashes.topic,
    quarantine: tables.quarantine,
  });
  crashes.onlyPublishedBy([...validating, monitor.function]);
  outcomes.onlyPublishedBy([...validating, quarantine.function]);
}

/** Parts that only some stages have. */
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

/** Must be called last: alarms watch what the stack has by then. */
function addAlarmsAndDashboard(
  stack: Stack,
  foundation: Foundation,
  { tables }: Stores,
  { oncall, management }: Topics,
  { critical, background, validating, delivery }: MessagePath,
): void {
  const { config } = foundation;
  const isAsking = config.terminology.endpoint !== undefined;
  const watched = {
    lanes: ['critical', 'background', ...(delivery ? ['delivery'] : [])],
    services: [...deliveryServices(config), ...(isAsking ? [TERMINOLOGY_SERVER] : [])],
  };
  new Alarms(stack, 'Alarms', foundation, { audiences: { oncall, management }, ...watched });
  new Dashboard(stack, 'Dashboard', foundation, {
    ...watched,
    validating: [critical, background],
    functions: [...validating, ...(delivery ? [delivery.deliver] : [])],
    tables: [tables.resources, tables.quarantine],
  });
}
