import admin from "./admin";
import archives from "./archives";
import cases from "./cases";
import common from "./common";
import devices from "./devices";
import faults from "./faults";
import matters from "./matters";
import shell from "./shell";

export default { admin, archives, cases, common, devices, faults, matters, shell };
