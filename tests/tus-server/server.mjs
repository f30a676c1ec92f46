// A third-party tus server, on a loopback port. Prints its endpoint, keeps the files in the directory it is given, and ends
// with its standard input.
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const server = new Server({ path: "/files", datastore: new FileStore({ directory: process.argv[2] }) });
const listening = server.listen({ host: "127.0.0.1", port: 0 }, () => {
  console.log(`http://127.0.0.1:${listening.address().port}/files`);
});
process.stdin.on("end", () => process.exit(0)).resume();
