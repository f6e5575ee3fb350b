/** Names and addresses of the people of the demo: two countries, no real person. */
import type { Random } from './random.ts';

type List = readonly [string, ...string[]];

interface City {
  readonly name: string;
  readonly state: string;
  /** Digits become random, anything else stays. */
  readonly postalCode: string;
  readonly areaCode: string;
}

export interface Country {
  readonly code: 'BR' | 'US';
  readonly language: string;
  readonly languageName: string;
  readonly female: List;
  readonly male: List;
  readonly families: List;
  readonly streets: List;
  readonly cities: readonly [City, ...City[]];
  readonly hospital: string;
  /** People here carry the mother's family name before the father's. */
  readonly twoFamilies: boolean;
}

// biome-ignore format: word lists read better as paragraphs
export const BRAZIL: Country = {
  code: 'BR',
  language: 'pt-BR',
  languageName: 'Português (Brasil)',
  female: ['Ana', 'Beatriz', 'Camila', 'Daniela', 'Eduarda', 'Fernanda', 'Gabriela', 'Helena', 'Isabela', 'Júlia', 'Larissa', 'Mariana', 'Natália', 'Rafaela', 'Sofia', 'Valentina', 'Conceição', 'Aparecida'],
  male: ['Antônio', 'Bruno', 'Caio', 'Davi', 'Eduardo', 'Felipe', 'Gustavo', 'Heitor', 'João', 'José', 'Lucas', 'Mateus', 'Otávio', 'Pedro', 'Rafael', 'Thiago', 'Vinícius', 'Sebastião'],
  families: ['Almeida', 'Araújo', 'Barbosa', 'Cardoso', 'Carvalho', 'Costa', 'Dias', 'Ferreira', 'Gomes', 'Gonçalves', 'Lima', 'Martins', 'Melo', 'Nascimento', 'Oliveira', 'Pereira', 'Ribeiro', 'Rocha', 'Santos', 'Silva', 'Souza', 'Teixeira'],
  streets: ['Rua das Acácias', 'Rua XV de Novembro', 'Avenida Paulista', 'Rua Sete de Setembro', 'Avenida Brasil', 'Travessa do Comércio', 'Rua Dom Pedro II', 'Alameda dos Ipês'],
  cities: [
    { name: 'São Paulo', state: 'SP', postalCode: '0####-###', areaCode: '11' },
    { name: 'Rio de Janeiro', state: 'RJ', postalCode: '2####-###', areaCode: '21' },
    { name: 'Belo Horizonte', state: 'MG', postalCode: '3####-###', areaCode: '31' },
    { name: 'Salvador', state: 'BA', postalCode: '4####-###', areaCode: '71' },
    { name: 'Curitiba', state: 'PR', postalCode: '8####-###', areaCode: '41' },
    { name: 'Recife', state: 'PE', postalCode: '5####-###', areaCode: '81' },
  ],
  hospital: 'Hospital Municipal São Lucas',
  twoFamilies: true,
};

// biome-ignore format: word lists read better as paragraphs
export const UNITED_STATES: Country = {
  code: 'US',
  language: 'en-US',
  languageName: 'English (United States)',
  female: ['Abigail', 'Brianna', 'Charlotte', 'Denise', 'Emily', 'Francesca', 'Grace', 'Hannah', 'Imani', 'Jasmine', 'Keisha', 'Lily', 'Mei', 'Nora', 'Olivia', 'Priya', 'Rosa', 'Tamika'],
  male: ['Aaron', 'Benjamin', 'Carlos', 'Darnell', 'Ethan', 'Frank', 'George', 'Hiroshi', 'Isaiah', 'James', 'Kevin', 'Liam', 'Marcus', 'Noah', 'Omar', 'Patrick', 'Ravi', 'Walter'],
  families: ['Adams', 'Brown', 'Chen', 'Davis', 'Edwards', 'Flores', 'Garcia', 'Hughes', 'Jackson', 'Johnson', 'Kim', 'Lopez', 'Miller', 'Nguyen', "O'Brien", 'Patel', 'Ramirez', 'Smith', 'Thompson', 'Washington', 'Williams', 'Young'],
  streets: ['Maple Street', 'Oak Avenue', 'Washington Boulevard', 'Cedar Lane', 'Lincoln Road', 'Sunset Drive', 'Main Street', 'Elm Court'],
  cities: [
    { name: 'Boston', state: 'MA', postalCode: '02###', areaCode: '617' },
    { name: 'Chicago', state: 'IL', postalCode: '606##', areaCode: '312' },
    { name: 'Houston', state: 'TX', postalCode: '770##', areaCode: '713' },
    { name: 'Seattle', state: 'WA', postalCode: '981##', areaCode: '206' },
    { name: 'Miami', state: 'FL', postalCode: '331##', areaCode: '305' },
    { name: 'Denver', state: 'CO', postalCode: '802##', areaCode: '303' },
  ],
  hospital: 'Riverside General Hospital',
  twoFamilies: false,
};

/** Each `#` of the pattern becomes a digit. */
export function digits(random: Random, pattern: string): string {
  return pattern.replace(/#/g, () => String(random.int(0, 9)));
}

/** A random UUID (version 4 in form) from the seeded stream. */
export function uuid(random: Random): string {
  const hex = (length: number) =>
    Array.from({ length }, () => random.int(0, 15).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}

/** A calendar date that exists in every year, `YYYY-MM-DD`. */
export function date(random: Random, firstYear: number, lastYear: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${random.int(firstYear, lastYear)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
}
