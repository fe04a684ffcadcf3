import admin from "./admin";
import archives from "./archives";
import audit from "./audit";
import cases from "./cases";
import common from "./common";
import devices from "./devices";
import faults from "./faults";
import matters from "./matters";
import shell from "./shell";

export default { admin, archives, audit, cases, common, devices, faults, matters, shell };
