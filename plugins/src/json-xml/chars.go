package main

import "unicode/utf8"

// isChar reports whether XML 1.0 may hold a character (section 2.2).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// firstWrong is where a text is not UTF-8 or not of characters of XML, -1 for
// nowhere.
func firstWrong(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' && !isChar(rune(c)) {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !isChar(r) {
			return i
		}
		i += n
	}
	return -1
}

// starts are the characters beyond ASCII that a name may begin with, as first and
// last (section 2.3, fifth edition).
var starts = [...][2]rune{{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff}, {0x200c, 0x200d},
	{0x2070, 0x218f}, {0x2c00, 0x2fef}, {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}}

func isNameStart(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || r == '_' || r == ':'
	}
	for _, s := range starts {
		if s[0] <= r && r <= s[1] {
			return true
		}
	}
	return false
}

func isNameChar(r rune) bool {
	return '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xb7 || isNameStart(r) ||
		r >= 0x300 && r <= 0x36f || r == 0x203f || r == 0x2040
}

// nameLen is how many bytes at the beginning of s, which is UTF-8, are a name.
func nameLen(s string) int {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || !isNameChar(r) {
			return i
		}
	}
	return len(s)
}

func isName(s string) bool { return s != "" && nameLen(s) == len(s) }
