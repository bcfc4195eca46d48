// What this browser keeps for the app, as JSON under a name. Where it keeps nothing, because it is full
// or it is forbidden, the page does, as long as it is open.

const memory = new Map();

export function read(name, area = "localStorage") {
  if (memory.has(name)) return structuredClone(memory.get(name));
  try {
    return JSON.parse(window[area].getItem(name)) ?? null;
  } catch {
    return null;
  }
}

// Nothing, as null, is not kept but forgotten.
export function write(name, value, area = "localStorage") {
  memory.delete(name);
  try {
    if (value === null) window[area].removeItem(name);
    else window[area].setItem(name, JSON.stringify(value));
  } catch {
    if (value !== null) memory.set(name, value);
  }
}
