package remote

// emojiVendors are sets of emoji in SVG as Iconify packs them for npm: name, version, bytes and
// SHA-256 of its icons.json.
var emojiVendors = []struct {
	name, version string
	bytes         int64
	sum           string
}{
	{"emojione-monotone", "1.2.1", 2809388, "7b5627535a13e2aac637dcb8817e65554266da1682b3867050eff3db9862d072"},
	{"emojione-v1", "1.2.3", 10458456, "7209a500c5607daff4969e5d5ae25da710ab1877c29efec6199d3611a8d5c942"},
	{"emojione", "1.2.3", 2976514, "e9a865faed523a7c3535b5319ae533d09fac1a62b4e96920eb178bb60e707e80"},
	{"fluent-emoji-flat", "1.2.6", 8958092, "f5f4cf457c0db2ad5a2e42e033e02e0c87d10e43d0164cfffb3bb84914970a63"},
	{"fluent-emoji-high-contrast", "1.2.6", 2765031, "c522fb74fef65ccef67b38dfdbf0f3dcd4353339e4b8faec4aa45faf83ed4739"},
	{"fxemoji", "1.2.2", 2782919, "d8ef67b94a32d0abcd314d1c35db56178eaa8fa8ad71130e312f3460e307c2bf"},
	{"noto-v1", "1.2.5", 8273516, "ce70d8aa90345cf389875c3571ecd245bd943401822a0c5a0f62336bf8487333"},
	{"noto", "1.2.9", 25233364, "9eac6ef4e7ec122b6f0e7ac281d61008afdbc720d0ce861e398b939daaa347c6"},
	{"openmoji", "1.2.29", 9079991, "7075331faab544067dbff4236471dd378bb5410aa05799a8a343c9ebf5c5984c"},
	{"twemoji", "1.2.5", 10187099, "5d5d820790565b764f2728675d487c9ee4c1fc83916d8567d5aca8ba7527c242"},
}

// emojiSource holds icons.json of each vendor as VENDOR.json, and the groups of Unicode that
// emoji belong to as [EmojiGroups].
func emojiSource() Source {
	s := Source{
		Name: "emoji", About: "some 1,000 emoji as ten vendors draw them, in SVG (Twemoji, Noto, OpenMoji, Fluent, FxEmojis, EmojiOne; packed by Iconify)",
		Licence: "CC BY 4.0, CC BY-SA 4.0, Apache 2.0, MIT",
		Files:   []File{{EmojiGroups, iconifyURL + "fluent-emoji-flat@1.2.6/metadata.json", 79190, "", "4ed8946717f6cda4906929a6b666d572e57433aa159b7531737556ef16325248"}},
	}
	for _, v := range emojiVendors {
		s.Files = append(s.Files, File{v.name + ".json", iconifyURL + v.name + "@" + v.version + "/icons.json", v.bytes, "", v.sum})
	}
	return s
}

const iconifyURL = "https://unpkg.com/@iconify-json/"

// EmojiGroups is the file of the groups of emoji.
const EmojiGroups = "groups.json"
