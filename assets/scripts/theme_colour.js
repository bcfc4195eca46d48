// The bars around an installed app take the colour of its page, in whatever theme that is shown.

function paint() {
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--bg").trim();
  for (const tag of document.querySelectorAll("meta[name=theme-color]")) tag.content = colour;
}

if (typeof window !== "undefined") {
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["class"] });
}
