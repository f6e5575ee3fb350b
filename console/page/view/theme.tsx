/** Light, dark, or the setting of the viewer's system. */
import { effect, signal } from '@preact/signals';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const KEPT_AS = 'console-theme';

const chosen = signal<Theme>(
  THEMES.find((each) => each === localStorage.getItem(KEPT_AS)) ?? 'auto',
);
const system = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => {
  isSystemDark.value = matches;
});

/** The theme in use. */
export const theme = signal<'light' | 'dark'>('light');

effect(() => {
  const bySystem = isSystemDark.value ? 'dark' : 'light';
  const shown = chosen.value === 'auto' ? bySystem : chosen.value;
  document.documentElement.dataset['theme'] = shown;
  theme.value = shown;
});

const NAMES: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

export function ThemeChoice() {
  return (
    <select
      class="theme"
      aria-label="Colours"
      value={chosen.value}
      onChange={({ currentTarget }) => {
        const next = THEMES.find((each) => each === currentTarget.value) ?? 'auto';
        localStorage.setItem(KEPT_AS, next);
        chosen.value = next;
      }}
    >
      {THEMES.map((each) => (
        <option key={each} value={each}>
          {NAMES[each]}
        </option>
      ))}
    </select>
  );
}
