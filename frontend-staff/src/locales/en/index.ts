import admin from "./admin";
import cases from "./cases";
import common from "./common";
import devices from "./devices";
import faults from "./faults";
import matters from "./matters";
import shell from "./shell";

export default { admin, cases, common, devices, faults, matters, shell };
