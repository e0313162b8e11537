// Reads messages for Discord, a JSON array, and has the builders' checks judge their embeds.
const { EmbedBuilder, embedLength } = require("@discordjs/builders");

const messages = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const message of messages) {
  for (const embed of message.embeds) {
    const built = new EmbedBuilder()
      .setAuthor(embed.author)
      .setTitle(embed.title)
      .setDescription(embed.description)
      .setColor(embed.color);
    if (embed.url !== undefined) built.setURL(embed.url);
    if (embedLength(built.toJSON()) > 6000) throw new Error("too long in all");
    for (const key of Object.keys(embed)) {
      if (!(key in built.toJSON())) throw new Error(`unknown key ${key}`);
    }
  }
}
console.log("good");
