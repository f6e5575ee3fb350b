/** The path of a message, the upper half of the drawing: the lanes, delivery and quarantine. */
import type { Construct } from 'constructs';
import { shareSwitches } from './bundle/plugin-host.ts';
import { Delivery } from './constructs/delivery.ts';
import { deliveryServices } from './constructs/delivery-targets.ts';
import { grantErasures } from './constructs/erasures.ts';
import type { Foundation } from './constructs/foundation.ts';
import { Lane } from './constructs/lane.ts';
import { Quarantine } from './constructs/quarantine.ts';
import { proveSources } from './constructs/sources.ts';
import type { Stores } from './constructs/stores.ts';
import { Terminology } from './constructs/terminology.ts';
import type { Topics } from './constructs/topics.ts';
import type { ValidateStores } from './constructs/validate-function.ts';

export type MessagePath = ReturnType<typeof addMessagePath>;

export function addMessagePath(
  scope: Construct,
  foundation: Foundation,
  stores: Stores,
  topics: Topics,
) {
  const { tables, hashKey, audit } = stores;
  const delivery = addDelivery(scope, foundation, stores);
  const props = { stores: storesOfLanes(stores, topics, delivery) };
  const critical = new Lane(scope, 'Critical', foundation, { name: 'critical', ...props });
  const background = new Lane(scope, 'Background', foundation, { name: 'background', ...props });
  const lanes = [critical, background] as const;
  addTerminology(scope, foundation, stores, lanes);
  if (foundation.config.plugins.length > 0) {
    for (const { validate } of lanes) shareSwitches(validate, tables.breakers, audit);
  }
  const quarantine = new Quarantine(scope, 'Quarantine', foundation, {
    lanes,
    table: tables.quarantine,
    resources: tables.resources,
    bodies: stores.bodies.bucket,
    outcomes: topics.outcomes.topic,
  });
  const validating = lanes.map(({ validate }) => validate);
  for (const writer of [...validating, quarantine.function]) {
    grantErasures(writer, tables.erasures, hashKey);
  }
  proveSources(foundation, { lanes, quarantine, audit, rates: tables.rates });
  return { critical, background, validating, delivery, quarantine };
}

/** Only if a FHIR server is configured. */
function addDelivery(scope: Construct, foundation: Foundation, { tables, bodies }: Stores) {
  if (deliveryServices(foundation.config).length === 0) return undefined;
  const { resources, quarantine, breakers } = tables;
  const props = { resources, quarantine, breakers, bodies: bodies.bucket };
  return new Delivery(scope, 'Delivery', foundation, props);
}

function storesOfLanes(
  { tables, bodies }: Stores,
  { crashes, outcomes }: Topics,
  delivery: Delivery | undefined,
): ValidateStores {
  return {
    delivery: delivery?.queue,
    resources: tables.resources,
    quarantine: tables.quarantine,
    inFlight: tables.inFlight,
    bodies: bodies.bucket,
    crashes: crashes.topic,
    outcomes: outcomes.topic,
  };
}

/** Only if a terminology server is configured. */
function addTerminology(
  scope: Construct,
  foundation: Foundation,
  { tables, audit }: Stores,
  lanes: readonly Lane[],
): void {
  const { endpoint } = foundation.config.terminology;
  if (endpoint === undefined) return;
  const { breakers } = tables;
  const terminology = new Terminology(scope, 'Terminology', foundation, { endpoint, breakers });
  for (const { validate } of lanes) {
    terminology.grantAsk(validate);
    audit.grantPublish(validate, ['breaker-transition']);
  }
}
