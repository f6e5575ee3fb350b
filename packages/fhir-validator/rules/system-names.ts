/**
 * Urls that nearly are those of code systems: https://hl7.org/fhir/R4/terminologies-systems.html
 * The url of a system is its name. A version, an edition or https make another one of it, which no
 * receiver knows.
 */

/** Published by others. SNOMED CT and LOINC are in most resources, so they come first. */
const OTHERS = [
  'http://snomed.info/sct',
  'http://loinc.org',
  'http://unitsofmeasure.org',
  'http://www.nlm.nih.gov/research/umls/rxnorm',
];
/** HL7 names no system by https. */
const OF_HL7 = /^https:\/\/(?:terminology\.hl7\.org\/CodeSystem|hl7\.org\/fhir)\/[\w.-]{1,128}$/;
/** What may follow a url: a path, a query, a fragment or a version. */
const CONTINUED = '/?#|';

/** The system that is meant. Undefined if the url is like none of these. */
export function systemMeant(url: string): string | undefined {
  const name = url.startsWith('https:') ? `http:${url.slice('https:'.length)}` : url;
  for (const each of OTHERS) {
    if (name.startsWith(each) && CONTINUED.includes(name.charAt(each.length))) return each;
  }
  return OF_HL7.test(url) ? name : undefined;
}
