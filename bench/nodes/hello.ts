/** The least that Deno can be started for. */
console.log("hello");
