// What all scripts of the page share: the data, small helpers for elements, colours and numbers.
"use strict";

const awd = {};

/** chart_data.h lists the keys. */
awd.data = JSON.parse(document.getElementById("data").textContent);

/** The value of a custom property of the present theme, such as "--ink". */
awd.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A new element; `attributes` are set as such, but for `text`. */
awd.element = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

/** The same for SVG. */
awd.svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** "masked residual" of "masked_residual". */
awd.words = (name) => name.replaceAll("_", " ");

/** Three significant digits, without exponent where it is readable without; "–" for what is not known. */
awd.number = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(3)));
};

/** `text`, cut to `length` characters. */
awd.cut = (text, length) => (text.length <= length ? text : text.slice(0, length - 1) + "…");

/** A labelled <select> over `names`; `changed(index)` is called on a change. */
awd.select = (label, names, changed) => {
  const select = awd.element("select");
  names.forEach((name, i) => select.append(awd.element("option", { value: i, text: name })));
  select.addEventListener("change", () => changed(Number(select.value)));
  return awd.element("label", {}, label, select);
};

/** Scenarios that have rows, in order. */
awd.scenarios = [...new Set(awd.data.rows.map((row) => row.scenario))];
