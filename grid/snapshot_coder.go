package grid

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// writing spells a plan, or only measures it if it has nowhere to write to.
type writing struct {
	w    io.Writer
	size uint64 // so far
	err  error
	buf  []byte
}

func (c *writing) failed() bool { return c.err != nil }

func (c *writing) put(b []byte) {
	c.size += uint64(len(b))
	if c.w != nil && c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

// room is memory for so many bytes, good until the next call.
func (c *writing) room(n int) []byte {
	c.buf = slices.Grow(c.buf[:0], n)[:n]
	return c.buf
}

func (c *writing) length(n int)     { c.put(le.AppendUint64(c.room(8)[:0], uint64(n))) }
func (c *writing) number(v *int)    { c.put(le.AppendUint32(c.room(4)[:0], uint32(*v))) }
func (c *writing) integer(v *int64) { c.put(le.AppendUint64(c.room(8)[:0], uint64(*v))) }
func (c *writing) float(v *float64) {
	c.put(le.AppendUint64(c.room(8)[:0], math.Float64bits(*v)))
}

func (c *writing) text(v *string) {
	c.length(len(*v))
	c.put([]byte(*v))
}

// reading takes a plan apart. What is long is copied afterwards, by all cores.
type reading struct {
	rest []byte
	jobs []func()
	err  error
}

func (c *reading) failed() bool { return c.err != nil }

// cut is the next n bytes; zeros, up to eight of them, if there are no more so many.
func (c *reading) cut(n int) []byte {
	if c.err == nil && n > len(c.rest) {
		c.err = fmt.Errorf("%w: a part is longer than the whole", ErrSnapshotDamaged)
	}
	if c.err != nil {
		return make([]byte, min(n, 8))
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

// take is the bytes of a list whose elements have that size; none after an error.
func (c *reading) take(size int) []byte {
	n := le.Uint64(c.cut(8))
	if c.err == nil && n > uint64(len(c.rest)/size) {
		c.err = fmt.Errorf("%w: a part is longer than the whole", ErrSnapshotDamaged)
	}
	if c.err != nil {
		return nil
	}
	return c.cut(int(n) * size)
}

func (c *reading) number(v *int) {
	n := le.Uint32(c.cut(4))
	if n > math.MaxInt32 && c.err == nil {
		c.err = fmt.Errorf("%w: %d is too large a number", ErrSnapshotDamaged, n)
	}
	*v = int(n)
}

func (c *reading) integer(v *int64) { *v = int64(le.Uint64(c.cut(8))) }
func (c *reading) float(v *float64) { *v = floatAt(c.cut(8)) }
func (c *reading) text(v *string)   { *v = string(c.take(1)) }

// finish copies what is left to copy.
func (c *reading) finish() error {
	if c.err == nil && len(c.rest) > 0 {
		c.err = fmt.Errorf("%w: %d bytes belong to no part", ErrSnapshotDamaged, len(c.rest))
	}
	if c.err == nil {
		spread(len(c.jobs), func(task int) { c.jobs[task]() })
	}
	return c.err
}
