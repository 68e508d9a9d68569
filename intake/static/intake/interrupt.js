// Goes on at the very question that was left: the browser carries its anchor through the redirect.
"use strict";

(() => {
  const form = document.querySelector("form[data-goes-on]");
  form.action = location.pathname + location.search + location.hash;
  document.getElementById("now").focus();
})();
