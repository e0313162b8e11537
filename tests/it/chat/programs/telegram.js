// A Telegram server on the port that is given; a line on standard input has it print what bots sent.
const TelegramServer = require("telegram-test-api");

const server = new TelegramServer({ port: Number(process.argv[process.argv.length - 1]), host: "127.0.0.1" });
server.start().then(() => {
  console.log("ready");
  require("readline")
    .createInterface({ input: process.stdin })
    .on("line", () => console.log(JSON.stringify(server.storage.botMessages)))
    .on("close", () => process.exit(0));
});
