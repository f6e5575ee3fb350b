/**
 * The operators. Each command is a process of its own, which may die at any await; two operators may give
 * the same command at once, and one that failed or died is often given again. Once faults have healed they
 * only put right what nobody else does: they resume the lanes that they paused, and resolve the incidents
 * of escalations.
 */
import type { Watcher } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { covers, coversCorrection, mayCoverObject } from '../erasures.ts';
import { type Host, isOperator } from '../host.ts';
import type { Random } from '../random.ts';
import { correctedText } from '../submission-draft.ts';
import type { World } from '../world.ts';
import { commandAnyTime, commandAt, commandInStorm, contraryTo } from './choose-command.ts';
import { erasureAt } from './choose-erasure.ts';
import { type Command, nameOf, perform } from './command.ts';
import type { OperatorHabits } from './habits.ts';

/** Two of one name may be at work at once. */
const NAMES = ['ada', 'grace'] as const;
/** At most so long after the first of two commands at once. */
const BOTH_MS = 20;
/** Of two at once: how often the other one wants the contrary. */
const DISAGREES = 0.3;
/** While somebody stands still that has to be done with the message of what is redriven. */
const SOON_MS = 100;
const HESITATES_MS = 200;
const AGAIN_MS = 20_000;
const AGAIN = 0.5;
const OLD_PAGE_MS = 600_000;
const IDLE_MS = 60_000;
/** In a long run they would do little but send back what crashes again. */
const COMMANDS_MAX = 150;
/** Each reads everything that is stored. */
const ERASURES_MAX = 6;

export class Operators implements Watcher {
  readonly kinds = ['healed', 'written', 'invoked', 'called'] as const;
  readonly #world: World;
  readonly #random: Random;
  readonly #stage: string;
  readonly #habits: () => OperatorHabits;
  #count = 0;
  #given = 0;
  /** Commands that are given soon or go on. */
  #open = 0;
  /** Erasures by the host on which their command runs. */
  readonly #erasing = new Map<string, Extract<Command, { readonly kind: 'erase' }>>();
  #erased = 0;
  /** By the environment that records the crashes of a storm: how somebody answers them. */
  readonly #inStorm = new Map<Host, Command>();

  constructor(world: World, habits: () => OperatorHabits) {
    this.#world = world;
    this.#random = world.scheduler.random.fork();
    this.#stage = world.plan.stackName.replace('fhir-failsafe-', '');
    this.#habits = habits;
    this.#idle();
  }

  /** Whether no command goes on. */
  get areDone(): boolean {
    return this.#open === 0;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'healed') this.#tidy();
    if (effect.kind === 'written') {
      this.give(commandAt(effect, this.#around()), by);
      this.#giveErasure(effect);
      if (isOperator(by) && effect.table.endsWith('-erasures')) this.#recorded(effect, by);
      if (isOperator(by) && isAnnounced(effect)) this.#hesitate(by);
    }
    if (effect.kind === 'invoked' && by !== undefined) {
      const latestOf = (scope: string) => this.#latestIncident(scope);
      const command = commandInStorm(effect, latestOf, this.#around());
      if (command !== undefined) this.#inStorm.set(by, command);
    }
    if (effect.kind === 'called' && by !== undefined) this.#resolveInStorm(effect, by);
  }

  /** One of two stands still before it sends what it has announced, and the other one sends it too. */
  #hesitate(by: Host): void {
    if (this.#random.chance(this.#habits().both)) by.standStill(HESITATES_MS);
  }

  /** The environment has asked whether an incident goes on. It stands still before it gets the answer. */
  #resolveInStorm({ service }: EffectOf<'called'>, by: Host): void {
    const command = this.#inStorm.get(by);
    if (command === undefined || service !== 'dynamodb') return;
    this.#inStorm.delete(by);
    const stallMs = this.#stallMs();
    by.standStill(stallMs);
    this.#giveAfter(this.#random.below(stallMs / 2 + 1), command);
  }

  #giveErasure(effect: EffectOf<'written'>): void {
    const { submissions, isHealed } = this.#world;
    const { erases } = this.#habits();
    if (isHealed || this.#erased === ERASURES_MAX) return;
    const command = erasureAt(effect, { random: this.#random, erases, submissions });
    if (command === undefined) return;
    this.#erased += 1;
    this.give(command);
  }

  /** From now on what it covers may be rejected where it still arrives. */
  #recorded({ after }: EffectOf<'written'>, by: Host): void {
    const request = this.#erasing.get(by.name);
    const number = Number(after?.['number']);
    if (after?.['pk'] !== 'erasures' || request === undefined) return;
    if (this.#world.erasures.some((each) => each.number === number)) return;
    const erasure = { ...request, number, at: Number(after['at']) };
    this.#world.erasures.push(erasure);
    for (const submission of this.#world.submissions.values()) {
      const may = [covers, coversCorrection, mayCoverObject];
      if (may.some((cover) => cover(erasure, submission))) submission.isErased = true;
    }
  }

  #latestIncident(scope: string): Item | undefined {
    const { services } = this.#world;
    const items = services.dynamo.table(this.#world.nameOf('incidents')).items();
    return [...items].findLast(({ pk, sk }) => pk === scope && String(sk).startsWith('incident#'));
  }

  #around() {
    const { scheduler, submissions } = this.#world;
    const correct = (messageId: string) => {
      const submission = submissions.get(messageId);
      return submission && correctedText(submission);
    };
    return { random: this.#random, habits: this.#habits(), now: scheduler.now, correct };
  }

  #idle(): void {
    const { scheduler, isHealed } = this.#world;
    if (isHealed) return;
    scheduler.after(this.#random.duration(IDLE_MS), () => {
      this.give(commandAnyTime(this.#around()));
      this.#idle();
    });
  }

  #stallMs(): number {
    return this.#world.faults.functions.stallMs;
  }

  /** Soon, and perhaps twice. */
  give(command: Command | undefined, by?: Host): void {
    if (command === undefined || this.#given === COMMANDS_MAX) return;
    this.#given += 1;
    const { withinMs, both, repeats } = this.#habits();
    // Its letter is still in the queue while the environment stands still that has read it.
    if (command.kind === 'redrive' && withinMs <= SOON_MS) by?.standStill(this.#stallMs());
    const after = this.#random.below(withinMs + 1);
    this.#giveAfter(after, command);
    if (command.kind !== 'erase' && this.#random.chance(repeats)) {
      this.#giveAfter(after + this.#random.below(OLD_PAGE_MS), command);
    }
    if (this.#random.chance(both)) {
      const other = this.#random.chance(DISAGREES) ? contraryTo(command) : command;
      this.#giveAfter(after + this.#random.below(BOTH_MS), other);
    }
  }

  #giveAfter(ms: number, command: Command): void {
    this.#open += 1;
    this.#world.scheduler.after(ms, () => this.#run(command));
  }

  #run(command: Command): void {
    const { scheduler } = this.#world;
    this.#count += 1;
    const { host, desk } = this.#world.desk(`operator#${this.#count}`, () =>
      this.#random.chance(this.#habits().killed),
    );
    if ('corrected' in command && command.corrected !== undefined) this.#corrects(command);
    if (command.kind === 'erase') this.#erasing.set(host.name, command);
    const name = `${host.name} ${nameOf(command)}`;
    scheduler.note(name);
    let isOver = false;
    const over = (how: string, isWell: boolean) => {
      if (isOver) return;
      isOver = true;
      scheduler.note(`${name}: ${how}`);
      if (!isWell && this.#random.chance(AGAIN)) {
        this.#giveAfter(this.#random.below(AGAIN_MS), command);
      }
      this.#open -= 1;
    };
    const { onDeath } = host;
    host.onDeath = () => {
      onDeath();
      over('dies', false);
    };
    const giving = { stage: this.#stage, by: this.#random.pick(NAMES), desk };
    host.resume(() => {
      void perform(command, giving).then(
        () => over('done', true),
        (error: unknown) => {
          if (isOurs(error)) scheduler.fail(error);
          over(error instanceof Error ? error.name : 'failed', false);
        },
      );
    });
  }

  /** From now on its resource may be stored as it was corrected. */
  #corrects({
    selection,
    corrected,
  }: Extract<Command, { readonly kind: 'redrive' | 'discard' }>): void {
    const id = selection.kind === 'ids' ? selection.ids[0] : undefined;
    const submission = this.#world.submissions.get(id ?? '');
    if (submission === undefined || corrected === undefined) return;
    submission.corrected = corrected;
    const isErased = this.#world.erasures.some((each) => coversCorrection(each, submission));
    if (isErased) submission.isErased = true;
  }

  /** Each minute, as long as the run goes on. */
  #tidy(): void {
    const { scheduler, services } = this.#world;
    const itemsOf = (end: string) => services.dynamo.table(this.#world.nameOf(end)).items();
    for (const { name, holds } of itemsOf('supervision')) {
      if ((holds as { operator?: object } | undefined)?.operator === undefined) continue;
      this.#giveAfter(0, { kind: 'lane', lane: String(name), word: 'resume' });
    }
    for (const { pk, number, endedAt } of itemsOf('erasures')) {
      if (pk !== 'erasures' || endedAt !== undefined) continue;
      const erasure = this.#world.erasures.find((each) => each.number === number);
      if (erasure !== undefined) {
        this.#giveAfter(0, { kind: 'erase', ...erasure });
      }
    }
    for (const { sk, scope, number, status, cause } of itemsOf('incidents')) {
      if (!String(sk).startsWith('incident#') || status === 'resolved') continue;
      if (cause !== 'escalation') continue;
      const about = { scope: String(scope), number: Number(number) };
      this.#giveAfter(0, { kind: 'incident', ...about, word: 'resolve' });
    }
    scheduler.after(IDLE_MS, () => this.#tidy());
  }
}

/** Whether somebody announces in an entry that he sends it back (aws/quarantine-redrive.ts). */
const isAnnounced = ({ table, before, after }: EffectOf<'written'>): boolean =>
  table.endsWith('-quarantine') &&
  after?.['redrive'] !== undefined &&
  before?.['redrive'] === undefined;

/** What no fault of AWS can cause. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && /^(?:Type|Range|Reference|Assertion|Zod)Error$/.test(error.name);
}
