// Rejects a Patient whose CPF, the Brazilian taxpayer number, cannot be one: it has eleven digits, and
// the last two follow from the others. The validator knows that an identifier is a string, no more.
//
// Each digit is checked by the sum of those before it, weighted 10, 9, 8… (11, 10, 9… for the last):
// the sum times ten, modulo eleven, and ten counts as zero. Eleven equal digits pass the sums and are
// no CPF (https://www.gov.br/receitafederal, "Cadastro de Pessoas Físicas").

import { JSON } from 'json-as';
import { Issue, outcome } from '../assembly/outcome';

const CPF_SYSTEM = 'http://rnds-fhir.saude.gov.br/fhir/r4/NamingSystem/cpf';
const DIGITS = 11;
const ZERO = 48;

@json
class Identifier {
  system: string | null = null;
  value: string | null = null;
}

@json
class Patient {
  identifier: Identifier[] = [];
}

function digit(cpf: string, position: i32): i32 {
  return cpf.charCodeAt(position) - ZERO;
}

function checkDigit(cpf: string, before: i32): i32 {
  let sum = 0;
  for (let n = 0; n < before; n++) sum += digit(cpf, n) * (before + 1 - n);
  return ((sum * 10) % 11) % 10;
}

/** What is wrong with a CPF, without quoting it; empty if nothing is. */
function problem(cpf: string): string {
  if (cpf.length !== DIGITS) return 'A CPF has eleven digits and nothing else';
  let equal = true;
  for (let n = 0; n < DIGITS; n++) {
    if (digit(cpf, n) < 0 || digit(cpf, n) > 9) return 'A CPF has eleven digits and nothing else';
    if (digit(cpf, n) !== digit(cpf, 0)) equal = false;
  }
  if (equal) return 'Eleven equal digits are no CPF';
  const right = checkDigit(cpf, 9) === digit(cpf, 9) && checkDigit(cpf, 10) === digit(cpf, 10);
  return right ? '' : 'The check digits of the CPF do not match its other digits';
}

/** What there is to print about a Patient. */
export function answer(patient: string): string {
  const issues: Issue[] = [];
  const identifiers = JSON.parse<Patient>(patient).identifier;
  for (let n = 0; n < identifiers.length; n++) {
    const system = identifiers[n].system;
    const value = identifiers[n].value;
    if (system !== CPF_SYSTEM || value === null) continue;
    const wrong = problem(value);
    if (wrong === '') continue;
    issues.push(new Issue('error', 'value', wrong, `Patient.identifier[${n}].value`));
  }
  return outcome(issues);
}
