import accept from "./accept";
import admin from "./admin";
import archives from "./archives";
import audit from "./audit";
import caseLists from "./caseLists";
import casePage from "./casePage";
import caseWords from "./caseWords";
import common from "./common";
import devices from "./devices";
import faults from "./faults";
import matters from "./matters";
import shell from "./shell";

const cases = { ...caseWords, ...caseLists, ...casePage, ...accept };

export default { admin, archives, audit, cases, common, devices, faults, matters, shell };
