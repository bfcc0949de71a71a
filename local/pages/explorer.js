// Swagger UI on the document of what is served, with the development token of whoever the reader wants to be.
const form = document.querySelector("#who");
const said = form.querySelector("output");

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#explorer",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  tryItOutEnabled: true,
  onComplete: become,
});

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
    else ui.authActions.logout([name]);
  }
  said.value = answer.ok ? `Requests are sent with a token of ${user}.` : message;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  become();
});
