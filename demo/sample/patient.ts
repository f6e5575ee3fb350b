/** A Patient such as a hospital's registration sends: valid R4, 1.5 to 2 KB of JSON. */
import type { Address, ContactPoint, HumanName, Identifier, Patient } from 'fhir/r4.js';
import { BRAZIL, type Country, date, digits, UNITED_STATES, uuid } from './people.ts';
import type { Random } from './random.ts';

type Sex = 'female' | 'male';

/** Two thirds live in Brazil. The same state of `random` gives the same patient. */
export function patient(random: Random): Patient & { id: string } {
  const country = random.chance(2 / 3) ? BRAZIL : UNITED_STATES;
  const sex: Sex = random.chance(0.51) ? 'female' : 'male';
  const id = uuid(random);
  const name = humanName(random, country, sex);
  const birthDate = date(random, 1930, 2023);
  return {
    resourceType: 'Patient',
    id,
    meta: { versionId: '1', lastUpdated: `${date(random, 2024, 2025)}T08:30:00.000Z` },
    language: country.language,
    text: { status: 'generated', div: narrative(name.text, birthDate) },
    identifier: identifiers(random, country),
    active: true,
    name: [name],
    telecom: telecom(random, country, name),
    gender: sex,
    birthDate,
    ...death(random, birthDate),
    address: [address(random, country)],
    maritalStatus: maritalStatus(random),
    multipleBirthBoolean: random.chance(0.03),
    contact: [contact(random, country, name.family)],
    communication: [
      {
        language: {
          coding: [
            { system: 'urn:ietf:bcp:47', code: country.language, display: country.languageName },
          ],
          text: country.languageName,
        },
        preferred: true,
      },
    ],
    managingOrganization: { display: country.hospital },
  };
}

function humanName(random: Random, country: Country, sex: Sex, own?: string) {
  const given = [random.pick(country[sex]), random.pick(country[sex])];
  const last = own ?? random.pick(country.families);
  const family = country.twoFamilies ? `${random.pick(country.families)} ${last}` : last;
  return {
    use: 'official',
    text: `${given.join(' ')} ${family}`,
    family,
    given,
  } satisfies HumanName;
}

function identifiers(random: Random, country: Country): Identifier[] {
  const typed = (code: string, display: string) => ({
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code, display }],
    text: display,
  });
  const national: Identifier =
    country.code === 'BR'
      ? {
          type: typed('TAX', 'Tax ID number'),
          system: 'https://saude.gov.br/fhir/sid/cpf',
          value: digits(random, '###########'),
        }
      : {
          type: typed('SS', 'Social Security number'),
          system: 'http://hl7.org/fhir/sid/us-ssn',
          value: digits(random, '999-##-####'),
        };
  return [
    {
      use: 'usual',
      type: typed('MR', 'Medical record number'),
      system: `https://${country.code.toLowerCase()}.hospital.example/fhir/sid/record`,
      value: digits(random, '########'),
      assigner: { display: country.hospital },
    },
    { use: 'official', ...national },
  ];
}

function telecom(random: Random, country: Country, name: { family: string }): ContactPoint[] {
  const area = random.pick(country.cities).areaCode;
  const plain = name.family.normalize('NFD').replace(/[^A-Za-z]/g, '');
  return [
    { system: 'phone', value: phone(random, country, area), use: 'mobile', rank: 1 },
    { system: 'email', value: `${plain.toLowerCase()}.${random.int(1, 999)}@mail.example` },
  ];
}

function phone(random: Random, country: Country, area: string): string {
  return country.code === 'BR'
    ? `+55 ${area} ${digits(random, '9####-####')}`
    : `+1 ${area} ${digits(random, '555-01##')}`;
}

function address(random: Random, country: Country): Address {
  const city = random.pick(country.cities);
  const street = random.pick(country.streets);
  const number = random.int(1, 2400);
  return {
    use: 'home',
    type: 'physical',
    line: [country.code === 'BR' ? `${street}, ${number}` : `${number} ${street}`],
    city: city.name,
    state: city.state,
    postalCode: digits(random, city.postalCode),
    country: country.code,
  };
}

function maritalStatus(random: Random) {
  const [code, display] = random.pick([
    ['M', 'Married'],
    ['S', 'Never Married'],
    ['D', 'Divorced'],
    ['W', 'Widowed'],
  ] as const);
  const system = 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus';
  return { coding: [{ system, code, display }], text: display };
}

function contact(random: Random, country: Country, family: string) {
  const sex: Sex = random.chance(0.5) ? 'female' : 'male';
  const system = 'http://terminology.hl7.org/CodeSystem/v2-0131';
  return {
    relationship: [{ coding: [{ system, code: 'C', display: 'Emergency Contact' }] }],
    name: humanName(random, country, sex, family.split(' ').at(-1)),
    telecom: [
      { system: 'phone' as const, value: phone(random, country, country.cities[0].areaCode) },
    ],
    gender: sex,
  };
}

function death(random: Random, birthDate: string): Pick<Patient, 'deceasedDateTime'> {
  if (birthDate > '1960' || !random.chance(0.1)) return {};
  return { deceasedDateTime: date(random, 2010, 2023) };
}

function narrative(name: string, birthDate: string): string {
  return `<div xmlns="http://www.w3.org/1999/xhtml"><p><b>${name}</b>, born ${birthDate}</p></div>`;
}
