// Select2 gives its own search box no name; it takes the one of the field it stands for.
window.addEventListener("load", () => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const name = field.labels?.[0]?.textContent.trim() || field.getAttribute("aria-label");
    const boxes = field.nextElementSibling?.querySelectorAll(".select2-search__field, .select2-selection");
    for (const box of name ? boxes ?? [] : []) box.setAttribute("aria-label", name);
  }
});
