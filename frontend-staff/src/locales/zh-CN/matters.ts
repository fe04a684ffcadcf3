export default { title: "事项目录" };
