package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Kind is what a mark is of.
type Kind string

// The kinds.
const (
	Case   Kind = "case"   // Seq: its newest event; Sum: that event's hash
	Report Kind = "report" // Seq: 1; Sum: hash of what was first sent
	Photo  Kind = "photo"  // Seq: 1; Sum: SHA-256 of its stored bytes
	// Erasure is of a key that was destroyed: a store that is restored from an older backup must forget it again.
	Erasure Kind = "erasure" // Seq: 1; Sum: SHA-256 of the key's id
	Look    Kind = "look"    // Seq: 1; Sum: SHA-256 of its stored form: who read what and when
)

// Of names the thing that a mark is of.
type Of struct {
	Kind Kind
	ID   string
}

func (o Of) String() string { return string(o.Kind) + " " + o.ID }

// Mark says how far one thing had come.
type Mark struct {
	Of
	Seq int
	Sum [sha256.Size]byte
}

// MarkOf makes a mark; an error if the sum is no SHA-256 or the id could not be written in a line.
func MarkOf(kind Kind, id string, seq int, sum []byte) (Mark, error) {
	m := Mark{Of: Of{kind, id}, Seq: seq}
	if len(sum) != len(m.Sum) || id == "" || strings.ContainsAny(id, " \r\n") {
		return m, fmt.Errorf("checkpoint: %s %q, %d: no mark can be made of it", kind, id, seq)
	}
	copy(m.Sum[:], sum)
	return m, nil
}

// perPart is how many marks one part holds, all but the last. It belongs to the form: a file has no other border between parts.
const perPart = 4096

// line appends the mark as it is signed, stored and exported.
func (m Mark) line(b []byte) []byte {
	b = append(append(append(b, m.Kind...), ' '), m.ID...)
	b = strconv.AppendInt(append(b, ' '), int64(m.Seq), 10)
	return append(hex.AppendEncode(append(b, ' '), m.Sum[:]), '\n')
}

// readMark reads a line without its end.
func readMark(line []byte) (Mark, error) {
	fields := bytes.Split(line, []byte(" "))
	if len(fields) != 4 {
		return Mark{}, fmt.Errorf("checkpoint: %q is no mark", line)
	}
	seq, seqErr := strconv.Atoi(string(fields[2]))
	sum, sumErr := hex.DecodeString(string(fields[3]))
	if seqErr != nil || sumErr != nil || seq < 1 {
		return Mark{}, fmt.Errorf("checkpoint: %q is no mark", line)
	}
	switch kind := Kind(fields[0]); kind {
	case Case, Report, Photo, Look, Erasure:
		return MarkOf(kind, string(fields[1]), seq, sum)
	}
	return Mark{}, fmt.Errorf("checkpoint: %q is no mark", line)
}

// eachMark reads the marks of a part's text.
func eachMark(text []byte, fn func(Mark) error) error {
	for line := range bytes.Lines(text) {
		m, err := readMark(bytes.TrimSuffix(line, []byte("\n")))
		if err == nil {
			err = fn(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
