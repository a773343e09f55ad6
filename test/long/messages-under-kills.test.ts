// Messages under kills, and very many of them: the short forms of test/chaos/messages-and-kills.ts and -and-memory.ts.
import { messagesAndKills } from "../chaos/messages-and-kills.js";
import { messagesAndMemory } from "../chaos/messages-and-memory.js";
import { shortForms } from "../chaos/short-form.js";

shortForms([messagesAndKills, messagesAndMemory]);
