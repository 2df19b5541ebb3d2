/**
 * The page's only script: hover texts, the nearest curve, zoom. A page without it shows the same pictures and tables.
 * It is text, not a compiled function, so that what is served is what is written here.
 */
export const script = `
(() => {
  'use strict';
  const tip = document.body.appendChild(document.createElement('div'));
  tip.className = 'tip';
  const hide = () => { tip.style.visibility = 'hidden'; };
  const show = (event, text) => {
    tip.textContent = text;
    const box = tip.getBoundingClientRect();
    const x = event.clientX + 14 + box.width > innerWidth ? event.clientX - 14 - box.width : event.clientX + 14;
    const y = event.clientY + 18 + box.height > innerHeight ? event.clientY - 12 - box.height : event.clientY + 18;
    tip.style.transform = 'translate(' + Math.max(4, x) + 'px,' + Math.max(4, y) + 'px)';
    tip.style.visibility = 'visible';
  };
  const number = (text) => {
    if (text === '') return 'not finite';
    const value = Number(text);
    const size = Math.abs(value);
    return (size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential() : String(value)).replace(/-/g, '\\u2212');
  };
  const local = (element, event) => {
    const matrix = element.getScreenCTM().inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  };

  for (const title of document.querySelectorAll('svg title')) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  addEventListener('pointermove', (event) => {
    const named = event.target.closest && event.target.closest('[data-tip]');
    if (named && !named.closest('.curves')) show(event, named.dataset.tip);
    else if (!event.target.closest || !event.target.closest('.map, .picture svg')) hide();
  });

  for (const map of document.querySelectorAll('.map')) {
    const cells = map.querySelector('[data-grid]');
    if (!cells) continue;
    const [left, top, cell, columns] = cells.dataset.grid.split(',').map(Number);
    const values = cells.dataset.values.split(',');
    const names = (side) => [...map.querySelectorAll('.' + side + ' text')].map((text) => text.dataset.tip);
    const rows = names('rows');
    const across = names('columns');
    const cursor = map.querySelector('.cursor');
    const leave = () => { hide(); cursor.style.visibility = 'hidden'; };
    map.addEventListener('pointermove', (event) => {
      if (event.target.closest('[data-tip]')) return;
      const at = local(map, event);
      const t = Math.floor((at.x - left) / cell);
      const s = Math.floor((at.y - top) / cell);
      if (s < 0 || t < 0 || s >= rows.length || t >= columns) return leave();
      cursor.setAttribute('x', left + t * cell);
      cursor.setAttribute('y', top + s * cell);
      cursor.style.visibility = 'visible';
      show(event, rows[s] + ' \\u00d7 ' + across[t] + '\\n' + number(values[s * columns + t]));
    });
    map.addEventListener('pointerleave', leave);
  }

  for (const curves of document.querySelectorAll('.curves')) {
    const svg = curves.closest('svg');
    const [from, to, low, high] = curves.dataset.x.split(',').map(Number);
    const lines = [...curves.querySelectorAll('.curve .line')].map((path) => {
      const element = path.parentNode;
      const places = [...path.getAttribute('d').matchAll(/(-?[\\d.]+),(-?[\\d.]+)/g)].map((pair) => [Number(pair[1]), Number(pair[2])]);
      return { element, places, values: element.dataset.y.split(',') };
    });
    const leave = () => {
      hide();
      curves.classList.remove('chosen');
      for (const line of lines) line.element.classList.remove('near');
    };
    svg.addEventListener('pointermove', (event) => {
      const at = local(curves, event);
      let best = { distance: 40 * 40 };
      for (const line of lines) {
        line.places.forEach(([x, y], k) => {
          const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
          if (distance < best.distance) best = { distance, line, k, x };
        });
      }
      if (!best.line) return leave();
      curves.classList.add('chosen');
      for (const line of lines) line.element.classList.toggle('near', line === best.line);
      const step = low + ((best.x - from) / (to - from)) * (high - low);
      const said = number(String(Number(step.toPrecision(4))));
      show(event, best.line.element.dataset.name + '\\n' + curves.dataset.xTitle + ' ' + said + ': ' + number(best.line.values[best.k]));
    });
    svg.addEventListener('pointerleave', leave);
  }

  for (const svg of document.querySelectorAll('.zoomable')) {
    const whole = svg.getAttribute('viewBox').split(' ').map(Number);
    let box = whole.slice();
    const set = (next) => {
      const width = Math.min(whole[2], Math.max(whole[2] / 40, next[2]));
      const height = (width * whole[3]) / whole[2];
      box = [
        Math.min(whole[2] - width, Math.max(0, next[0])),
        Math.min(whole[3] - height, Math.max(0, next[1])),
        width,
        height,
      ];
      svg.setAttribute('viewBox', box.join(' '));
    };
    const zoom = (factor, u, v) => {
      const width = Math.min(whole[2], box[2] * factor);
      const height = (width * whole[3]) / whole[2];
      set([box[0] + (box[2] - width) * u, box[1] + (box[3] - height) * v, width]);
    };
    const share = (event) => {
      const edge = svg.getBoundingClientRect();
      return [(event.clientX - edge.left) / edge.width, (event.clientY - edge.top) / edge.height];
    };
    const reset = () => set(whole);
    const pan = (dx, dy) => set([box[0] + dx * box[2], box[1] + dy * box[3], box[2]]);

    const bar = document.createElement('div');
    bar.className = 'zoom';
    const button = (text, label, act) => {
      const element = bar.appendChild(document.createElement('button'));
      element.type = 'button';
      element.textContent = text;
      element.setAttribute('aria-label', label);
      element.addEventListener('click', act);
    };
    button('+', 'zoom in', () => zoom(0.7, 0.5, 0.5));
    button('\\u2212', 'zoom out', () => zoom(1 / 0.7, 0.5, 0.5));
    button('reset', 'show all', reset);
    bar.appendChild(document.createElement('span')).textContent =
      'Click the map, then scroll to zoom and drag to move; double-click shows all.';
    svg.parentNode.after(bar);

    // A map takes the wheel only once it was clicked, so that scrolling past it scrolls the page.
    const activate = (on) => svg.classList.toggle('active', on);
    svg.addEventListener('blur', () => activate(false));
    svg.addEventListener('keydown', (event) => {
      const act = {
        '+': () => zoom(0.7, 0.5, 0.5),
        '=': () => zoom(0.7, 0.5, 0.5),
        '-': () => zoom(1 / 0.7, 0.5, 0.5),
        '0': reset,
        Escape: () => { reset(); svg.blur(); },
        ArrowLeft: () => pan(-0.1, 0),
        ArrowRight: () => pan(0.1, 0),
        ArrowUp: () => pan(0, -0.1),
        ArrowDown: () => pan(0, 0.1),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      act();
      event.preventDefault();
    });
    svg.addEventListener('wheel', (event) => {
      if (!svg.classList.contains('active') && !event.ctrlKey) return;
      event.preventDefault();
      zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.005), ...share(event));
    }, { passive: false });
    svg.addEventListener('dblclick', reset);
    let grip = null;
    svg.addEventListener('pointerdown', (event) => {
      svg.focus({ preventScroll: true });
      activate(true);
      if (box[2] < whole[2]) {
        grip = { at: share(event), box };
        svg.setPointerCapture(event.pointerId);
      }
    });
    svg.addEventListener('pointermove', (event) => {
      if (!grip) return;
      const [u, v] = share(event);
      set([grip.box[0] - (u - grip.at[0]) * grip.box[2], grip.box[1] - (v - grip.at[1]) * grip.box[3], grip.box[2]]);
    });
    const release = () => { grip = null; };
    svg.addEventListener('pointerup', release);
    svg.addEventListener('pointercancel', release);
  }

  const numbers = document.getElementById('numbers');
  const save = document.getElementById('save');
  if (numbers && save) {
    save.hidden = false;
    save.addEventListener('click', () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([numbers.textContent], { type: 'application/json' }));
      link.download = save.dataset.file;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
})();
`;
