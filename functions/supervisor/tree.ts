import {
  type Child,
  childrenIn,
  type Place,
  placesIn,
  type Supervisor,
} from '../../core/supervision/supervision-tree.ts';
import type { LaneParts, SupervisedLanes } from './settings.ts';

/** The supervision tree by the names of its nodes, with the lanes that this stack has. */
export class Tree {
  readonly root: Supervisor;
  /** A supervisor's own restarts are handled by the code that handles its children. */
  readonly childNames: readonly string[];
  readonly #places: ReadonlyMap<string, Place>;
  readonly #lanes: SupervisedLanes;

  constructor(root: Supervisor, lanes: SupervisedLanes) {
    this.root = root;
    this.childNames = childrenIn(root).map(({ node }) => node.name);
    this.#places = new Map(placesIn(root).map((place) => [place.node.name, place]));
    this.#lanes = lanes;
  }

  placeOf(name: string): Place | undefined {
    return this.#places.get(name);
  }

  childOf(name: string): Place<Child> | undefined {
    const place = this.placeOf(name);
    return place?.node.kind === 'child' ? { ...place, node: place.node } : undefined;
  }

  supervisorOf(name: string): Place<Supervisor> | undefined {
    const place = this.placeOf(name);
    return place?.node.kind === 'supervisor' ? { ...place, node: place.node } : undefined;
  }

  /** The parts of a component's lane; undefined if it has none, or this stack does not have the lane. */
  laneOf(name: string): LaneParts | undefined {
    const lane = this.childOf(name)?.node.lane;
    return lane === undefined ? undefined : this.#lanes[lane];
  }
}
