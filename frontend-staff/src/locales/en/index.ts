import admin from "./admin";
import cases from "./cases";
import common from "./common";
import matters from "./matters";
import shell from "./shell";

export default { admin, cases, common, matters, shell };
