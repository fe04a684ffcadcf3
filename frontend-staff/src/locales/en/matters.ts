export default { title: "Matters" };
