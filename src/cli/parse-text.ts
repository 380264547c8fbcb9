// bundle entry
export { parse } from "../luabyteasm/assemble.js";
