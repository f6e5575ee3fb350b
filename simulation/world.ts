/**
 * A deployed stack in the simulation: its services, its functions and their triggers, and the
 * outside servers.
 */

import { PERSONS_CALL } from '../aws/call-timeouts.ts';
import type { Desk } from '../cli/clients.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import type { Checker, MakeChecker, Seen, Watcher } from './checker.ts';
import { clientsFor } from './clients.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { deployAgain } from './deployments.ts';
import { mayCoverObject, type RecordedErasure } from './erasures.ts';
import type { EventLog } from './event-log.ts';
import { drawFaults, type Faults, HEALTHY } from './faults.ts';
import { Host } from './host.ts';
import type { EventSource } from './lambda/event-source.ts';
import type { LambdaFunction } from './lambda/function.ts';
import { LambdaApi } from './lambda/lambda-api.ts';
import { downBy } from './outages.ts';
import { LIMITED, OPERATOR, SERVERS } from './outside.ts';
import { placesIn } from './places.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { ScriptedValidation } from './scripted-validation.ts';
import { FhirServer } from './servers/fhir-server.ts';
import { Http, inBrownOut } from './servers/http.ts';
import { TerminologyServer } from './servers/terminology-server.ts';
import { provision, type Services } from './services.ts';
import { MICROSOFTS } from './settings.ts';
import { queueUrlOf } from './sqs/sqs.ts';
import { withoutFaults } from './story/without-faults.ts';
import type { Submission } from './submission.ts';
import { rotateTokens } from './token-rotation.ts';
import { Witness } from './witness.ts';

export interface WorldOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly checkers?: readonly MakeChecker[];
  readonly log?: EventLog | undefined;
  /** Faults that are off although they were drawn, as `calls.lostAnswer`. */
  readonly without?: readonly string[] | undefined;
}

/** Outages begin within this time. */
const OUTAGES_MS = 1_800_000;

/** What a run of that seed draws. */
export const faultsOf = (plan: Plan, seed: number): Faults => drawnBy(new Scheduler(seed), plan);

const drawnBy = ({ random }: Scheduler, plan: Plan): Faults =>
  drawFaults(random.fork(), placesIn(plan), OUTAGES_MS);

export class World implements Seen {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly services: Services;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly sources: readonly EventSource[];
  readonly fhirServers: readonly FhirServer[];
  readonly submissions = new Map<string, Submission>();
  readonly erasures: RecordedErasure[] = [];
  readonly checkers: readonly Checker[];
  /** All faults that were drawn. */
  readonly drawn: Faults;
  /** Asked for each call that comes late: true if it is let arrive at a moment that somebody chooses. */
  hold: (command: object, arrive: () => void) => boolean = () => false;
  readonly #witness: Witness;
  readonly #validation = new ScriptedValidation(
    (number, host) => this.#witness.tell({ kind: 'given up', number }, host),
    () => this.#faults.coincidences.lateVerdict > 0,
  );
  readonly #clients: ReturnType<typeof clientsFor>;
  readonly #http: Http;
  #faults: Faults;

  constructor({ plan, seed, checkers = [], log, without = [] }: WorldOptions) {
    this.plan = plan;
    this.scheduler = new Scheduler(seed, log);
    this.#witness = new Witness(this.scheduler);
    this.drawn = withoutFaults(drawnBy(this.scheduler, plan), without);
    this.#faults = this.drawn;
    const faults = () => this.#faults;
    const { scheduler } = this;
    const witness = this.#witness;
    this.services = provision(plan, scheduler, faults, (effect) => witness.tell(effect));
    const lambda = () => api;
    const held = (command: object, arrive: () => void) => this.hold(command, arrive);
    const { services } = this;
    this.#clients = clientsFor({ scheduler, services, lambda, faults, witness, held });
    this.fhirServers = this.#fhirServers();
    this.#http = this.#connectServers();
    const deployed = this.#deploy();
    this.functions = deployed.byName;
    this.sources = deployed.sources;
    const { functions, sources } = this;
    const api = new LambdaApi({
      ...{ functions, sources },
      envOf: (name) => envOf(plan, name),
      timeoutOf: (name) => functionIn(plan, name)?.Timeout,
    });
    this.checkers = checkers.map((make) => make(this));
    witness.add(this.checkers);
    this.#expireEachTime();
  }

  /** What goes wrong now. */
  get faults(): Faults {
    return this.#faults;
  }

  get isHealed(): boolean {
    return this.#faults === HEALTHY;
  }

  /** Ends all faults. Everything must end from now on. */
  heal(): void {
    this.scheduler.note('healed');
    this.#faults = HEALTHY;
    this.#witness.tell({ kind: 'healed' });
  }

  /** A service or server is down from now on, for a time: completely, or it fails this share of calls, and the others are slow. */
  breakDown(of: string, ms: number, slowly?: { readonly share: number }): void {
    const { scheduler } = this;
    const fromMs = scheduler.now - scheduler.startedAt;
    scheduler.note(`${of} is ${slowly === undefined ? 'down' : 'slow'} for ${ms} ms`);
    const how = slowly === undefined ? { share: 1 } : { ...slowly, isSlow: true };
    const outage = { of, fromMs, untilMs: fromMs + ms, ...how };
    this.#faults = { ...this.#faults, outages: [...this.#faults.outages, outage] };
  }

  /** Deploys all functions again. */
  deployAgain(): void {
    deployAgain(this, (uuid) => this.#witness.tell({ kind: 'reset', uuid }));
  }

  #expireEachTime(): void {
    const { expiresEveryMs } = this.drawn.tables;
    if (expiresEveryMs === 0) return;
    this.scheduler.after(expiresEveryMs, () => {
      this.services.dynamo.expire();
      this.#expireEachTime();
    });
  }

  nameOf(end: string): string {
    return `${this.plan.stackName}-${end}`;
  }

  /** URL of the queue whose name ends in `end`. */
  queueUrlOf(end: string): string {
    return queueUrlOf(this.nameOf(end));
  }

  /** Reports each effect to this watcher before the checkers. */
  tellFirst(watcher: Watcher): void {
    this.#witness.addFirst(watcher);
  }

  /** A queue has accepted a producer's message. */
  submitted(submission: Submission, by: Host): void {
    if (this.erasures.some((each) => mayCoverObject(each, submission))) submission.isErased = true;
    submission.isLimited = this.drawn.settings.ratePerMinute > 0 && submission.source === LIMITED;
    this.submissions.set(submission.messageId, submission);
    this.#witness.tell({ kind: 'submitted', submission }, by);
  }

  /** An operator's computer, on which one command runs. It may die at any await. */
  desk(name: string, diesHere: () => boolean): { readonly host: Host; readonly desk: Desk } {
    const host = new Host(this.scheduler, { name, diesHere });
    host.onDeath = () => this.#witness.tell({ kind: 'died' }, host);
    const callerId = `${OPERATOR}:simulated`;
    const clients = this.#clients(host, callerId, PERSONS_CALL);
    return { host, desk: { ...clients, ...machineOf(host), callerId: async () => callerId } };
  }

  /** A client outside of the stack that sends as that principal. */
  outsider(name: string, senderId: string) {
    const host = new Host(this.scheduler, { name });
    return { host, ...this.#clients(host, senderId) };
  }

  #fhirServers(): FhirServer[] {
    const { scheduler, services } = this;
    const { absentStatus, sharedLacksStatus, clinicLacksStatus, tokensRotatedMs } =
      this.drawn.settings;
    const random = new Random(tokensRotatedMs);
    const tokenOf = rotateTokens(services.secrets, tokensRotatedMs, { scheduler, random });
    const server = (name: 'shared' | 'clinic', hasEtags: boolean, lacksStatus: number) =>
      new FhirServer({
        base: SERVERS[name],
        hasEtags,
        absentStatus,
        lacksStatus,
        asksForVersion: absentStatus === MICROSOFTS,
        token: () => tokenOf(name),
        now: () => scheduler.now,
        tell: (effect) => this.#witness.tell(effect),
      });
    return [server('shared', true, sharedLacksStatus), server('clinic', false, clinicLacksStatus)];
  }

  #connectServers(): Http {
    const { scheduler } = this;
    return new Http({
      scheduler,
      servers: [...this.fhirServers, new TerminologyServer(SERVERS.terminology)],
      faults: ({ base }) => {
        const { servers, outages } = this.#faults;
        const down = downBy(outages, base, undefined, scheduler);
        if (down === undefined) return servers;
        return down.isSlow ? inBrownOut(servers, down) : { ...servers, unreachable: down.share };
      },
      tell: (effect, by) => this.#witness.tell(effect, by),
    });
  }

  #deploy(): DeployedFunctions {
    const { plan, scheduler, services, drawn } = this;
    return new DeployedFunctions({
      ...{ plan, scheduler, services, witness: this.#witness, settings: drawn.settings },
      faults: () => this.#faults,
      given: ({ host, senderId, deployment }) => ({
        ...this.#clients(host, senderId),
        ...machineOf(host),
        fetch: this.#http.fetchOn(host),
        placesFor: (deadlineMs) => this.#validation.placesOn(host, deadlineMs, deployment),
      }),
    });
  }
}

const machineOf = ({ now, random, randomId, later }: Host) => ({ now, random, randomId, later });

const functionIn = ({ functions }: Plan, name: string) =>
  functions.find((each) => each.name === name)?.properties;

const envOf = (plan: Plan, name: string) => functionIn(plan, name)?.Environment?.Variables ?? {};
