package boundary

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is how the text of a .dbf is encoded.
type charset struct {
	name    string
	decoder *encoding.Decoder // nil for UTF-8, of which ASCII is a part
}

// charsetOf reads a .cpg, or where there is none the driver's number in the head of the .dbf. A file that says
// nothing, or "as on the writer's machine" (0x57), is taken for UTF-8, and so are other drivers', which agree with it in
// plain ASCII. That is checked: to guess would make names that nobody knows.
func charsetOf(cpg string, driver byte) (charset, error) {
	name := strings.TrimSpace(strings.TrimPrefix(cpg, "\ufeff"))
	switch plainName(name) {
	case "":
		const gbk = 0x4d
		if driver == gbk {
			return charset{"GBK", simplifiedchinese.GBK.NewDecoder()}, nil
		}
		return charset{name: "UTF-8, as nothing else is declared"}, nil
	case "utf8", "65001", "cp65001", "utf", "ascii", "usascii":
		return charset{name: "UTF-8"}, nil
	case "gbk", "936", "cp936", "ansi936", "windows936", "ms936", "gb2312", "euccn":
		return charset{"GBK", simplifiedchinese.GBK.NewDecoder()}, nil
	case "gb18030", "54936", "cp54936":
		return charset{"GB18030", simplifiedchinese.GB18030.NewDecoder()}, nil
	}
	return charset{}, Whole("encoding_unknown", name[:min(len(name), 64)])
}

// decode makes a string of a field's text; false if it is not in the encoding. A last character that the field's width
// has cut off is left out.
func (c charset) decode(raw []byte) (string, bool) {
	if c.decoder == nil {
		for cut := 0; cut < utf8.UTFMax && cut <= len(raw); cut++ {
			text := raw[:len(raw)-cut]
			if utf8.Valid(text) && (cut == 0 || !utf8.FullRune(raw[len(text):])) {
				return string(text), true
			}
		}
		return "", false
	}
	text, err := c.decoder.String(string(raw))
	if err != nil {
		return "", false
	}
	if strings.HasSuffix(text, "\ufffd") && len(raw) > 0 && raw[len(raw)-1] >= utf8.RuneSelf {
		text = strings.TrimSuffix(text, "\ufffd")
	}
	return text, !strings.ContainsRune(text, utf8.RuneError)
}
