import {
  type Child,
  childrenIn,
  type Place,
  placesIn,
  SUPERVISION_TREE,
  type Supervisor,
} from '../../core/supervision/supervision-tree.ts';
import { environment } from './environment.ts';
import type { LaneParts } from './settings.ts';

const places = new Map(placesIn(SUPERVISION_TREE).map((place) => [place.node.name, place]));

/** Supervisors are done with by whoever does what is below them. */
export const CHILD_NAMES: readonly string[] = childrenIn(SUPERVISION_TREE).map(
  ({ node }) => node.name,
);

export const placeOf = (name: string) => places.get(name);

export function childOf(name: string): Place<Child> | undefined {
  const place = places.get(name);
  return place?.node.kind === 'child' ? { ...place, node: place.node } : undefined;
}

export function supervisorOf(name: string): Place<Supervisor> | undefined {
  const place = places.get(name);
  return place?.node.kind === 'supervisor' ? { ...place, node: place.node } : undefined;
}

/** The parts of a component's lane; undefined where it has none, or this stack has not got it. */
export function laneOf(name: string): LaneParts | undefined {
  const lane = childOf(name)?.node.lane;
  return lane === undefined ? undefined : environment.lanes[lane];
}
