package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// Font is a font that papers are printed in. PDF readers bring no Chinese of their own, so a paper holds the glyphs that it uses.
type Font struct {
	data  []byte
	table *sfnt.Font
}

// KnownFonts are where systems put fonts that will do: Debian's and Ubuntu's fonts-wqy-microhei (Apache-2.0, or GPL-3 with the exception for
// embedding) and fonts-wqy-zenhei (GPL-2 with that exception).
var KnownFonts = []string{
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
}

// ErrNoFont says that papers cannot be printed for want of a font.
var ErrNoFont = errors.New("sheet: no font with Chinese in it")

// maxFont bounds what is read as a font.
const maxFont = 64 << 20

// sample is what a font must have glyphs for.
const sample = "调解，评价指数（2026）Aa%0"

// LoadFont reads a TrueType font (.ttf) or the first of a collection (.ttc). Fonts with PostScript outlines (.otf) cannot be embedded.
func LoadFont(path string) (*Font, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFont {
		return nil, fmt.Errorf("%s is larger than %d MiB: no font", path, maxFont>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseFont(path, data)
}

// ParseFont reads a font; name is only told in errors.
func ParseFont(name string, data []byte) (*Font, error) {
	if bytes.HasPrefix(data, []byte("ttcf")) {
		var err error
		if data, err = firstOf(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if !bytes.HasPrefix(data, []byte("\x00\x01\x00\x00")) && !bytes.HasPrefix(data, []byte("true")) {
		return nil, fmt.Errorf("%s is no TrueType font (.ttf, .ttc): PostScript outlines cannot be embedded", name)
	}
	table, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s is no font: %w", name, err)
	}
	f := &Font{data, table}
	for _, r := range sample {
		if !f.has(r) {
			return nil, fmt.Errorf("%s has no glyph for %q", name, r)
		}
	}
	return f, nil
}

// FindFont is the font of a path or, without one, the first of the known ones that is there; ErrNoFont if none is.
func FindFont(path string) (*Font, error) {
	if path != "" {
		return LoadFont(path)
	}
	for _, known := range KnownFonts {
		if _, err := os.Stat(known); err == nil {
			return LoadFont(known)
		}
	}
	return nil, ErrNoFont
}

func (f *Font) has(r rune) bool {
	var buf sfnt.Buffer
	i, err := f.table.GlyphIndex(&buf, r)
	return err == nil && i != 0
}

// printable writes the code of what the font has no glyph for, as the rare characters of names, which would else be a gap that nobody sees; whole tells
// that there is none.
func (f *Font) printable(text string) (printed string, whole bool) {
	var b strings.Builder
	whole = true
	for _, r := range text {
		switch {
		case r < ' ':
			b.WriteByte(' ')
		case r > 0xffff || !f.has(r): // the PDF library knows the basic plane alone
			fmt.Fprintf(&b, "[U+%04X]", r)
			whole = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), whole
}
