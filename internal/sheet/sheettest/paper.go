package sheettest

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\)\s*Tj`)
	start   = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\s*$`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// Text is all that the pages of a PDF say, a line for each piece of text. It fails where the file is not whole: its end does not point at
// its table of objects, or a page cannot be read.
func Text(pdf []byte) (string, error) {
	end := start.FindSubmatch(pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || end == nil {
		return "", errors.New("no PDF, or not all of it")
	}
	if at, err := strconv.Atoi(string(end[1])); err != nil || at >= len(pdf) || !bytes.HasPrefix(pdf[at:], []byte("xref\n")) {
		return "", errors.New("the table of objects is not where the end says")
	}
	var all strings.Builder
	for _, m := range streams.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue // not compressed: no page
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			return "", err
		}
		for _, s := range shown.FindAllSubmatch(plain, -1) {
			all.WriteString(decoded(escaped.ReplaceAllFunc(s[1], unescaped)) + "\n")
		}
	}
	return all.String(), nil
}

func decoded(b []byte) string {
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

func unescaped(b []byte) []byte {
	if b[1] == 'r' {
		return []byte{'\r'}
	}
	return b[1:]
}
