// A drawing moves by itself once, when it first comes into sight: for less than 5 seconds, and not at all for
// those who asked their device for less motion.
"use strict";

(() => {
  const moment = 4500; // ms
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;

  const play = (box) => {
    box.checked = true;
    const timer = setTimeout(() => { box.checked = false; }, moment);
    box.addEventListener("change", () => clearTimeout(timer), { once: true });
  };

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      play(entry.target.querySelector("input"));
    }
  }, { threshold: 0.9 });

  for (const figure of document.querySelectorAll(".tw-drawing")) watcher.observe(figure);
})();
