// What is typed into a box of a page is a part of its address: Back, a reload and whoever gets the link
// find it again. A step of the history of the browser it is not.

// What is there anyway, `otherwise`, is not in it.
export function inAddress(name, otherwise) {
  return new URLSearchParams(location.search).get(name) ?? otherwise;
}

// This page, with something else in its address.
export function addressWith(name, text) {
  const query = new URLSearchParams(location.search);
  query.set(name, text);
  return `${location.pathname}?${query}`;
}

export function keepInAddress(name, text, otherwise) {
  const query = new URLSearchParams(location.search);
  if (text === otherwise) query.delete(name);
  else query.set(name, text);
  history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
}
