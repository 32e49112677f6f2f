"use strict";
const field = document.getElementById("search"), found = document.getElementById("found");
const sections = [...document.querySelectorAll("main section.object")].map(section => ({
  section, text: section.textContent.toLowerCase(), link: document.querySelector(`nav a[href="#${section.id}"]`),
}));
const nodes = new Map();
for (const link of document.querySelectorAll(".picture a"))
  nodes.set(link.getAttribute("xlink:href") || link.getAttribute("href"), link.closest(".node"));

function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(word => word);
  let count = 0;
  for (const { section, text, link } of sections) {
    const hit = words.every(word => text.includes(word));
    const node = nodes.get(`#${section.id}`);
    section.hidden = !hit;
    if (link) link.parentElement.hidden = !hit;
    if (node) node.classList.toggle("dim", !hit);
    count += hit;
  }
  found.textContent = words.length ? `${count} of ${sections.length}` : "";
}
field.addEventListener("input", search);
field.addEventListener("keydown", event => {
  const first = sections.find(({ section }) => !section.hidden);
  if (event.key === "Enter" && first) {
    location.hash = first.section.id;
    if (first.link) first.link.focus();
  }
});
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && event.target !== field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && field.value) {
    field.value = "";
    search();
  }
});
function reveal() {
  const wanted = sections.find(({ section }) => `#${section.id}` === location.hash);
  if (!wanted || !wanted.section.hidden) return;
  field.value = "";
  search();
  wanted.section.scrollIntoView();
}
addEventListener("hashchange", reveal);

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = (root.dataset.theme || (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
});

const svg = document.querySelector(".picture svg");
if (svg) {
  const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  const frame = document.querySelector(".picture");
  let scale;
  const zoom = to => {
    scale = Math.min(4, Math.max(0.02, to));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
  };
  const fit = () => zoom(Math.min(1.25, (frame.clientWidth - 2) / width));
  const steps = { larger: () => zoom(scale * 1.25), smaller: () => zoom(scale / 1.25), fit };
  for (const [id, step] of Object.entries(steps)) document.getElementById(id).addEventListener("click", step);
  frame.addEventListener("keydown", event => {
    const step = { "+": steps.larger, "=": steps.larger, "-": steps.smaller, "0": fit }[event.key];
    if (step && !event.ctrlKey && !event.metaKey) step();
  });
  fit();
}
