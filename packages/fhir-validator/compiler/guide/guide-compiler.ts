/**
 * Compiles the profiles and extensions of packages, each package into a module of its own. Of a
 * configured package, everything is compiled. Of a dependency, all extensions and whatever others
 * refer to.
 */
import { CodeSets } from '../code-sets.ts';
import type { StructureDefinition } from '../definitions.ts';
import { emitContexts, sameOf } from '../extension-contexts.ts';
import { emitPartNames } from '../extension-parts.ts';
import { emitExtensionRules, isModifier } from '../extension-rules.ts';
import { Invariants } from '../invariants.ts';
import type { TypeModel } from '../type-model.ts';
import { compilable } from './compilable.ts';
import { Constants } from './constants.ts';
import { emitContent } from './emit-content.ts';
import { emitProfile } from './emit-profile.ts';
import { type GuidePackage, type Library, labelOf } from './library.ts';
import { IMPORTS, importsOf } from './module-imports.ts';
import { type Gap, gap, type ProfileContext, type ProfileRef } from './profile-context.ts';
import { quietTree, treeOrGap } from './profile-tree-gap.ts';
import { Snapshots } from './snapshot.ts';

/** The label in issues of the base specification's own profiles. */
export const CORE = 'hl7.fhir.r4.core#4.0.1';
/** A value set with more codes is left to a terminology server. */
const CODES_MAX = 20_000;

/** The generated module of one package. */
export interface GuideModule {
  readonly label: string;
  readonly source: string;
  readonly profiles: readonly StructureDefinition[];
  readonly extensionCount: number;
  readonly gaps: readonly Gap[];
}

const nameOf = ({ of }: Pick<Unit, 'of'>) => (of ? labelOf(of) : CORE);

interface Unit {
  readonly of: GuidePackage | undefined;
  readonly index: number;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  readonly constants: Constants;
  readonly snapshots: Snapshots;
  readonly refs: Map<StructureDefinition, ProfileRef>;
  readonly functions: string[];
  readonly imports: Map<string, number>;
  readonly gaps: Gap[];
}

export class GuideCompiler {
  readonly #library: Library;
  readonly #later: readonly StructureDefinition[];
  readonly #model: TypeModel;
  readonly #fileOf: (index: number) => string;
  readonly #units = new Map<GuidePackage | undefined, Unit>();
  readonly #open: { unit: Unit; ref: ProfileRef }[] = [];

  /**
   * @param later extensions that HL7 has published since R4
   * @param fileOf returns the file name of the module with that index
   */
  constructor(
    library: Library,
    later: readonly StructureDefinition[],
    model: TypeModel,
    fileOf: (index: number) => string,
  ) {
    this.#fileOf = fileOf;
    this.#library = library;
    this.#later = later;
    this.#model = model;
  }

  /**
   * Compiles the base specification's profiles, those of the configured packages, and what they
   * refer to.
   */
  compile(configured: readonly GuidePackage[]): GuideModule[] {
    this.#add(undefined, this.#library.base.structures, (each) => each.type !== 'Extension');
    for (const each of configured) this.#add(each, each.definitions.structures, () => true);
    for (const each of this.#library.packages) this.#unit(each);
    for (const each of this.#library.packages) {
      if (configured.includes(each)) continue;
      // A definition without a snapshot is not in the table of extensions.
      this.#add(each, each.definitions.structures, ({ type, snapshot }) => {
        return type === 'Extension' && snapshot === undefined;
      });
    }
    for (let next = this.#open.shift(); next; next = this.#open.shift()) {
      const { unit, ref } = next;
      compilable(nameOf(unit), ref.structure, () => this.#compileOne(unit, ref));
    }
    return [...this.#units.values()]
      .filter(({ of, refs }) => refs.size > 0 || of)
      .map((unit) => this.#module(unit, configured));
  }

  #add(
    of: GuidePackage | undefined,
    structures: readonly StructureDefinition[],
    isWanted: (structure: StructureDefinition) => boolean,
  ): void {
    for (const structure of structures) {
      if (structure.derivation !== 'constraint' || structure.kind === 'logical') continue;
      if (isWanted(structure)) this.#refTo(this.#unit(of), structure);
    }
  }

  #unit(of: GuidePackage | undefined): Unit {
    const known = this.#units.get(of);
    if (known) return known;
    const index = this.#units.size;
    const find = (canonical: string) => this.#library.structure(canonical, of)?.structure;
    const unit: Unit = {
      of,
      index,
      codeSets: of
        ? new CodeSets(this.#library.definitionsFor(of), CODES_MAX)
        : new CodeSets(this.#library.base),
      invariants: new Invariants(this.#model),
      constants: new Constants('K'),
      snapshots: new Snapshots(find),
      refs: new Map(),
      functions: [],
      imports: new Map(),
      gaps: [],
    };
    this.#units.set(of, unit);
    return unit;
  }

  #refTo(unit: Unit, structure: StructureDefinition): ProfileRef {
    const known = unit.refs.get(structure);
    if (known) return known;
    const ref = { name: `G${unit.index}_${unit.refs.size}`, structure };
    unit.refs.set(structure, ref);
    this.#open.push({ unit, ref });
    return ref;
  }

  #compileOne(unit: Unit, ref: ProfileRef): void {
    const { structure, name } = ref;
    const context = this.#context(unit, structure);
    const tree = treeOrGap(unit.snapshots, structure, context);
    unit.functions.push(
      tree ? emitProfile(name, 'GUIDE', structure, tree, context) : `function ${name}(){}`,
    );
  }

  #context(unit: Unit, structure: StructureDefinition): ProfileContext {
    const { codeSets, invariants, constants, gaps, snapshots } = unit;
    const lookUp = (canonical: string) => this.#library.structure(canonical, unit.of);
    const context: ProfileContext = {
      model: this.#model,
      codeSets,
      invariants,
      constants,
      gaps,
      url: structure.url,
      urlName: constants.nameOf(JSON.stringify(structure.url)),
      rootType: structure.type,
      profile: (canonical) => {
        const found = lookUp(canonical);
        if (found?.structure.derivation !== 'constraint') return undefined;
        const owner = this.#unit(found.of);
        const to = this.#refTo(owner, found.structure);
        if (owner !== unit) unit.imports.set(to.name, owner.index);
        return to;
      },
      structure: (canonical) => lookUp(canonical)?.structure,
      needsExtension: (canonical) => {
        const found = lookUp(canonical);
        if (found?.of) this.#refTo(this.#unit(found.of), found.structure);
        return found !== undefined;
      },
      content: (node, place, already) => emitContent(node, place, already, context),
      treeOf: (canonical) => {
        const found = lookUp(canonical);
        return found && quietTree(snapshots, found.structure);
      },
    };
    return context;
  }

  /**
   * The table entries of a dependency's extensions that no profile refers to and the base does not
   * have.
   */
  #tabled(unit: Unit, of: GuidePackage): { source: string; count: number } {
    const known = new Set(this.#library.base.structures.map(({ url }) => url));
    const rest = of.definitions.structures.filter(
      (each) => !unit.refs.has(each) && !known.has(each.url),
    );
    return emitExtensionRules(rest, this.#later, this.#model, unit.codeSets, unit.invariants);
  }

  #module(unit: Unit, configured: readonly GuidePackage[]): GuideModule {
    const { of, refs, functions, codeSets, constants, invariants } = unit;
    const structures = [...refs.values()];
    const extensions = structures.filter(({ structure }) => structure.type === 'Extension');
    const profiles = structures.filter(({ structure }) => structure.type !== 'Extension');
    const ruleOf = ({ name, structure }: ProfileRef) => {
      const elsewhere = sameOf(structure, [...this.#library.base.structures, ...this.#later]);
      const { members, open } = emitContexts(structure, elsewhere, this.#model, invariants);
      for (const why of open) gap(this.#context(unit, structure), 'its context', why, true);
      const modifier = isModifier(structure) ? ['isModifier:true'] : [];
      const parts = emitPartNames(quietTree(unit.snapshots, structure), elsewhere);
      const all = [...members, ...modifier, ...parts, `check:${name}`];
      return `[${JSON.stringify(structure.url)},{${all.join(',')}}]`;
    };
    const label = nameOf(unit);
    const rules = extensions.map((each) => compilable(label, each.structure, () => ruleOf(each)));
    // The tests of discriminators also call it.
    invariants.runtime.add('resolved');
    const isTabled = of !== undefined && !configured.includes(of);
    const tabled = isTabled
      ? compilable(label, undefined, () => this.#tabled(unit, of))
      : undefined;
    const source = [
      `// ${JSON.stringify(label)}, compiled by lib/bundle/compile-validator.ts. Do not edit.`,
      ...IMPORTS,
      ...invariants.imports(),
      ...importsOf(unit.imports, this.#fileOf),
      ...[...invariants.constants].map(([name, value]) => `const ${name}=${value};`),
      `const GUIDE=${JSON.stringify(label)};`,
      codeSets.source(),
      constants.source(),
      ...functions,
      `export {${structures.map(({ name }) => name)}};`,
      `export const profiles=[${profiles.map(entryOf).join(',\n')}];`,
      `export const extensions=[${[...rules, ...(tabled ? [`...${tabled.source}`] : [])].join(',\n')}];`,
      '',
    ].join('\n');
    return {
      label,
      source,
      profiles: profiles.map(({ structure }) => structure),
      extensionCount: extensions.length + (tabled?.count ?? 0),
      gaps: unit.gaps,
    };
  }
}

function entryOf({ name, structure }: ProfileRef): string {
  const { url, version, type } = structure;
  const members = { url, ...(version === undefined ? {} : { version }), type };
  return `{${JSON.stringify(members).slice(1, -1)},check:${name}}`;
}
