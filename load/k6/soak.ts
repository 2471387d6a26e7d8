// The same as `tables` for as long as SECONDS says (an hour by default); the runner watches the server's memory meanwhile.
import play, { options as tables } from "./tables.ts";

export const options = tables;
export default play;
