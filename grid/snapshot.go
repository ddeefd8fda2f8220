package grid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A snapshot is a plan as it lies in memory, index included. Reading it is copying, so it takes a fraction of the time
// that NewPlan does. All numbers are little-endian on every machine:
//
//	8 bytes   snapshotMagic
//	4 bytes   SnapshotFormat
//	8 bytes   how many bytes the whole is long
//	then      the parts, see layout: each list with its length before it
//	4 bytes   CRC-32C (Castagnoli) of all before it, which finds every altered byte and any run of 32 altered bits
//
// It is written for other instances of the same release or a near one, not for keeping: a release that lays plans out
// differently has another format and refuses it. What is to last is the boundary file.

// SnapshotFormat is the format that WriteSnapshot writes, the only one that ReadSnapshot reads. It must grow whenever
// the layout does, or what its numbers mean.
const SnapshotFormat = 2

// snapshotMagic has a byte that no text has and both ends of line, so that a file sent as text is found out.
const snapshotMagic = "\x8fFQP\r\n\x1a\n"

const (
	snapshotHead = len(snapshotMagic) + 4 + 8
	snapshotSeal = 4 // bytes of the checksum
)

// Why a snapshot is refused; what ReadSnapshot returns wraps one of these.
var (
	ErrNoSnapshot        = errors.New("grid: this is no snapshot of a plan")
	ErrSnapshotFormat    = errors.New("grid: the snapshot has a format that this release does not read")
	ErrSnapshotTruncated = errors.New("grid: the snapshot is cut off")
	ErrSnapshotDamaged   = errors.New("grid: the snapshot is damaged")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// IsSnapshot tells whether a file that begins so is a snapshot, sound or not.
func IsSnapshot(head []byte) bool { return bytes.HasPrefix(head, []byte(snapshotMagic)) }

// WriteSnapshot writes the plan for ReadSnapshot, the same bytes for the same plan. The zero Plan has nothing to write
// and is refused.
func (p *Plan) WriteSnapshot(w io.Writer) error {
	if p.version == "" {
		return errors.New("grid: a plan without a version has no snapshot")
	}
	other := flat{tree: flatten(&p.tree)}
	if len(p.boxes.levels) > 0 {
		other.boxes = p.boxes.levels[0]
	}
	measure := writing{}
	layout(&measure, p, &other)

	sum := crc32.New(castagnoli)
	out := writing{w: io.MultiWriter(w, sum)}
	head := make([]byte, 0, snapshotHead)
	head = append(head, snapshotMagic...)
	head = binary.LittleEndian.AppendUint32(head, SnapshotFormat)
	head = binary.LittleEndian.AppendUint64(head, uint64(snapshotHead)+measure.size+uint64(snapshotSeal))
	out.put(head)
	layout(&out, p, &other)
	if out.err == nil {
		_, out.err = w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	}
	return out.err
}

// ReadSnapshot reads a plan that WriteSnapshot wrote. It copies what it keeps, so the caller may use b again. The error
// wraps ErrNoSnapshot, ErrSnapshotFormat, ErrSnapshotTruncated or ErrSnapshotDamaged.
//
// The checksum finds accidents. Beyond it every number that leads to a place in memory is checked, so that no question
// to the plan can fail even if somebody made the snapshot by hand; whether its answers are right is the writer's word.
func ReadSnapshot(b []byte) (*Plan, error) {
	body, err := openSnapshot(b)
	if err != nil {
		return nil, err
	}
	p, other := new(Plan), flat{}
	in := reading{rest: body}
	layout(&in, p, &other)
	if err := in.finish(); err != nil {
		return nil, err
	}
	if err := p.complete(&other); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshotDamaged, err)
	}
	return p, nil
}

// openSnapshot is what stands between head and checksum, if both are right.
func openSnapshot(b []byte) ([]byte, error) {
	head := b[:min(len(b), len(snapshotMagic))]
	switch {
	case len(b) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrSnapshotTruncated)
	case string(head) != snapshotMagic[:len(head)]:
		return nil, ErrNoSnapshot
	case len(b) < snapshotHead+snapshotSeal:
		return nil, fmt.Errorf("%w: it has %d bytes, not even a whole head", ErrSnapshotTruncated, len(b))
	}
	if format := binary.LittleEndian.Uint32(b[len(snapshotMagic):]); format != SnapshotFormat {
		age := "an older one"
		if format > SnapshotFormat {
			age = "a newer one"
		}
		return nil, fmt.Errorf("%w: it has format %d, %s; this release reads format %d", ErrSnapshotFormat, format, age, SnapshotFormat)
	}
	switch length := binary.LittleEndian.Uint64(b[snapshotHead-8:]); {
	case length > uint64(len(b)):
		return nil, fmt.Errorf("%w: it has %d of %d bytes", ErrSnapshotTruncated, len(b), length)
	case length < uint64(len(b)):
		return nil, fmt.Errorf("%w: it has %d bytes and should have %d", ErrSnapshotDamaged, len(b), length)
	}
	end := len(b) - snapshotSeal
	if crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrSnapshotDamaged)
	}
	return b[snapshotHead:end], nil
}
