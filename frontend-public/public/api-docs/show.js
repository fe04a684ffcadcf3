// A file of its own: the content security policy allows no script inside the page.
globalThis.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#contract",
  deepLinking: true,
});
