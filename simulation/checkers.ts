/** All checkers of a run. */
import type { MakeChecker } from './checker.ts';
import { AttemptsChecker } from './checks/attempts-checker.ts';
import { AuditWatch } from './checks/audit-watch.ts';
import { BreakerChecker } from './checks/breaker-checker.ts';
import { ChainsChecker } from './checks/chains-checker.ts';
import { DeathsChecker } from './checks/deaths-checker.ts';
import { DeliveryChecker } from './checks/delivery-checker.ts';
import { EndingsChecker } from './checks/endings-checker.ts';
import { ErasureChecker } from './checks/erasure-checker.ts';
import { IncidentChecker } from './checks/incident-checker.ts';
import { InvocationChecker } from './checks/invocation-checker.ts';
import { OneEndingChecker } from './checks/one-ending-checker.ts';
import { RatesChecker } from './checks/rates-checker.ts';
import { ReceiptsChecker } from './checks/receipts-checker.ts';
import { ResourcesChecker } from './checks/resources-checker.ts';
import { SupervisionChecker } from './checks/supervision-checker.ts';
import { SuspectsChecker } from './checks/suspects-checker.ts';
import { TransitionsChecker } from './checks/transitions-checker.ts';

export const CHECKERS: readonly MakeChecker[] = [
  (seen) => new EndingsChecker(seen),
  (seen) => new OneEndingChecker(seen),
  (seen) => new ResourcesChecker(seen),
  (seen) => new AttemptsChecker(seen),
  (seen) => new SuspectsChecker(seen),
  (seen) => new BreakerChecker(seen),
  () => new ChainsChecker(),
  () => new DeathsChecker(),
  (seen) => new DeliveryChecker(seen),
  (seen) => new ErasureChecker(seen),
  () => new IncidentChecker(),
  () => new InvocationChecker(),
  (seen) => new SupervisionChecker(seen),
  (seen) => new TransitionsChecker(seen),
  (seen) => new AuditWatch(seen),
  (seen) => new RatesChecker(seen),
  (seen) => new ReceiptsChecker(seen),
];
