'use strict';
const words = {
  en: { name: 'English', search: 'Search in prompts', favourites: 'Favourites', close: 'Close', before: 'Previous', after: 'Next', of: ' of ', negative: 'Without: ' },
  ru: { name: 'Русский', search: 'Поиск по описаниям', favourites: 'Избранное', close: 'Закрыть', before: 'Предыдущая', after: 'Следующая', of: ' из ', negative: 'Без: ' },
};
const pictures = JSON.parse(document.getElementById('pictures').textContent).sort((a, b) => b.created - a.created);
const at = (id) => document.getElementById(id);
const fold = (text) => text.toLowerCase().replaceAll('ё', 'е');
for (const picture of pictures) picture.text = fold(picture.prompt + '\n' + picture.negative);
const languages = Object.keys(words);
let language = languages.find((tag) => navigator.language.startsWith(tag)) || 'en';
let shown = [];
let drawn = 0;
let open = 0;

function label(id, text) {
  at(id).title = text;
  at(id).setAttribute('aria-label', text);
}

function other() {
  return languages[(languages.indexOf(language) + 1) % languages.length];
}

function speak() {
  const say = words[language];
  document.documentElement.lang = language;
  at('search').placeholder = say.search;
  label('search', say.search);
  label('favourites', say.favourites);
  at('language').textContent = words[other()].name;
  at('language').lang = other();
  for (const id of ['close', 'before', 'after']) label(id, say[id]);
  find();
}

function find() {
  const wanted = fold(at('search').value).split(/\s+/).filter(Boolean);
  const starred = at('favourites').getAttribute('aria-pressed') === 'true';
  shown = pictures.filter((one) => (!starred || one.favourite) && wanted.every((word) => one.text.includes(word)));
  at('count').textContent = shown.length + words[language].of + pictures.length;
  at('grid').replaceChildren();
  drawn = 0;
  more();
}

function more() {
  for (const end = Math.min(drawn + 60, shown.length); drawn < end; drawn++) {
    const index = drawn;
    const one = shown[index];
    const tile = document.createElement('button');
    const image = document.createElement('img');
    image.loading = 'lazy';
    image.alt = one.prompt;
    image.src = one.file;
    tile.append(image);
    if (one.favourite) {
      const star = document.createElement('span');
      star.textContent = '★';
      tile.append(star);
    }
    tile.addEventListener('click', () => view(index));
    at('grid').append(tile);
  }
  const last = at('grid').lastElementChild;
  if (last && drawn < shown.length) watch.observe(last);
}

const watch = new IntersectionObserver((seen) => {
  if (seen.some((one) => one.isIntersecting)) {
    watch.disconnect();
    more();
  }
}, { rootMargin: '800px' });

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  const row = document.createElement('p');
  row.append(element);
  at('facts').append(row);
}

function view(index) {
  if (index < 0 || index >= shown.length) return;
  open = index;
  const one = shown[index];
  at('picture').src = one.file;
  at('picture').alt = one.prompt;
  at('facts').replaceChildren();
  line('span', one.prompt);
  if (one.negative) line('small', words[language].negative + one.negative);
  const facts = [new Date(one.created).toLocaleString(language), one.width + ' × ' + one.height, one.style, one.pipeline];
  line('small', facts.filter(Boolean).join(' · '));
  at('before').disabled = index === 0;
  at('after').disabled = index === shown.length - 1;
  if (!at('viewer').open) at('viewer').showModal();
}

at('search').addEventListener('input', find);
at('favourites').addEventListener('click', () => {
  const on = at('favourites').getAttribute('aria-pressed') !== 'true';
  at('favourites').setAttribute('aria-pressed', String(on));
  find();
});
at('language').addEventListener('click', () => {
  language = other();
  speak();
});
at('before').addEventListener('click', () => view(open - 1));
at('after').addEventListener('click', () => view(open + 1));
at('viewer').addEventListener('keydown', (event) => {
  if (event.key === 'ArrowLeft') view(open - 1);
  if (event.key === 'ArrowRight') view(open + 1);
});
at('viewer').addEventListener('close', () => at('grid').children[open]?.focus());
speak();
