import { browserKeep } from '../../utils/storage.ts';

const signs = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Drawn by the device's own font. In rows of eight. */
export const emojis = {
  faces: signs(`
    😀 😄 😁 😆 😅 😂 🤣 😊 🙂 🙃 😉 😍 🥰 😘 😋 😜 🤪 🤗 🤭 🤔 🤐 😐 😏 😒 🙄 😬 😌 😔 😴 😷 🤒 🤧 🥵 🥶 😵 🤯 😎 🥳 🤓 🧐
    😕 😟 🙁 😮 😳 🥺 😢 😭 😱 😖 😞 😓 😩 😤 😡 🤬 😈 💀 💩 🤡 👻 👽 🤖 😺`),
  hands: signs(`
    👍 👎 👌 ✌️ 🤞 🤟 🤝 👏 🙌 🙏 💪 👋 ✋ 👉 👈 👆 👇 ☝️ ✊ 👊 🫶 🤲 ✍️ 🫡 ❤️ 🧡 💛 💚 💙 💜 🖤 💔 💕 💖 💯 ✨ 🔥 🎉 🎊 🎁`),
  things: signs(`
    🛍️ 🛒 📦 🚚 ✈️ 🏠 🏪 💳 💰 🧾 🏷️ 📱 💻 ⌚ 📷 👕 👗 👟 👜 💄 🍵 🫖 🍎 🍰 🍚 🍜 🍺 ☕ 🌹 🌸 🌞 🌙 ⭐ ☔ ❄️ 🌈 🐶 🐱 🐼 🐟
    ✅ ❌ ❓ ❗ ⚠️ ⏰ 📞 🔔 📌 📎 🔍 🔒 💡 🛠️ 🆗 🆕`),
} as const;

const PLACE = 'emojis';
const MOST_RECENT = 16;

/** Those used last, newest first. */
export const recentEmojis = (): readonly string[] => signs(browserKeep.get(PLACE) ?? '').filter((one) => one !== '');

export function rememberEmoji(emoji: string): void {
  const others = recentEmojis().filter((one) => one !== emoji);
  browserKeep.set(PLACE, [emoji, ...others].slice(0, MOST_RECENT).join(' '));
}
