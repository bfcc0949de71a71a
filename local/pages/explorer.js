// Swagger UI on the document of what is served, with the development token of whoever the reader wants to be.
const form = document.querySelector("#who");
const said = form.querySelector("output");
let ui;

async function start() {
  const answer = await fetch("/openapi.json");
  const spec = await answer.json();
  if (!answer.ok) return (document.querySelector("#explorer > p").textContent = spec.message);
  ui = SwaggerUIBundle({
    spec: withoutExamples(spec),
    dom_id: "#explorer",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    onComplete: become,
  });
}

/** Swagger UI would fill in every parameter's example: a cursor that is nobody's, a version that is not there. */
function withoutExamples(spec) {
  const operations = Object.values(spec.paths).flatMap(Object.values);
  const parameters = [...Object.values(spec.components.parameters), ...operations.flatMap((each) => each.parameters ?? [])];
  for (const parameter of parameters) {
    for (const part of [parameter, parameter.schema ?? {}]) {
      delete part.example;
      delete part.examples;
    }
  }
  return spec;
}

function bearerSchemes() {
  const schemes = ui.specSelectors.specJson().toJS().components.securitySchemes;
  return Object.keys(schemes).filter((name) => schemes[name].scheme === "bearer");
}

async function become() {
  const user = form.elements.user.value.trim();
  const answer = await fetch(`/docs/token?${new URLSearchParams({ user })}`);
  const { token, message } = await answer.json();
  for (const name of bearerSchemes()) {
    if (answer.ok) ui.preauthorizeApiKey(name, token);
    else if (ui.authSelectors.authorized().has(name)) ui.authActions.logout([name]);
  }
  if (answer.status === 404) form.replaceChildren(said); // there is nobody one could be
  form.hidden = false;
  said.value = answer.ok ? `Requests are sent with a token of ${user}.` : message;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  become();
});
start();
