import { render } from 'preact';
import './base.css';
import './page.css';
import { begin } from './state.ts';
import { Shell } from './view/shell.tsx';

const place = document.getElementById('page');
if (place !== null) {
  begin();
  render(<Shell />, place);
}
