/** One module with all that it imports, which Node can run. */
export default { build: { lib: { entry: "main.ts", formats: ["es"], fileName: "main" }, minify: true } };
