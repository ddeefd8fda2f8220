// Package mvttest reads vector tiles back, strictly: what the specification forbids is an error. It shares no code with
// what writes them.
package mvttest

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Layer is a layer as it came.
type Layer struct {
	Name     string
	Version  uint64
	Extent   uint64
	Features []Feature
}

// Feature is a feature with its tags resolved: string, uint64 or bool.
type Feature struct {
	ID    uint64
	Kind  uint64
	Tags  map[string]any
	Parts [][][2]int // points, or rings without the closing vertex
}

// Text is a tag that is a text, "" if it is not there.
func (f *Feature) Text(key string) string { s, _ := f.Tags[key].(string); return s }

// Number is a tag that is a number, 0 if it is not there.
func (f *Feature) Number(key string) int { n, _ := f.Tags[key].(uint64); return int(n) }

// Area is twice the area of a ring by the surveyor's formula: positive of an exterior ring.
func Area(ring [][2]int) (twice int) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		twice += a[0]*b[1] - b[0]*a[1]
	}
	return twice
}

var errCut = errors.New("mvttest: cut off")

// fields calls yield for each field of a message: with the number of a varint, or the bytes of anything longer.
func fields(b []byte, yield func(field, number uint64, bytes []byte) error) error {
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return errCut
		}
		b = b[n:]
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return errCut
		}
		b = b[n:]
		var bytes []byte
		switch head & 7 {
		case 0:
		case 2:
			if v > uint64(len(b)) {
				return errCut
			}
			bytes, b = b[:v], b[v:]
		default:
			return fmt.Errorf("mvttest: wire type %d", head&7)
		}
		if err := yield(head>>3, v, bytes); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads a tile.
func Decode(tile []byte) (layers []Layer, err error) {
	err = fields(tile, func(field, _ uint64, bytes []byte) error {
		if field != 3 {
			return fmt.Errorf("mvttest: field %d of a tile", field)
		}
		l, err := decodeLayer(bytes)
		layers = append(layers, l)
		return err
	})
	return layers, err
}

func decodeLayer(b []byte) (Layer, error) {
	var l Layer
	var keys []string
	var values []any
	var features [][]byte
	err := fields(b, func(field, number uint64, bytes []byte) error {
		switch field {
		case 1:
			l.Name = string(bytes)
		case 2:
			features = append(features, bytes)
		case 3:
			keys = append(keys, string(bytes))
		case 4:
			v, err := decodeValue(bytes)
			values = append(values, v)
			return err
		case 5:
			l.Extent = number
		case 15:
			l.Version = number
		default:
			return fmt.Errorf("mvttest: field %d of a layer", field)
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	if l.Name == "" || l.Version != 2 || len(features) == 0 {
		return l, fmt.Errorf("mvttest: layer %q of version %d with %d features", l.Name, l.Version, len(features))
	}
	for _, raw := range features {
		f, err := decodeFeature(raw, keys, values)
		if err != nil {
			return l, err
		}
		l.Features = append(l.Features, f)
	}
	return l, nil
}

func decodeValue(b []byte) (v any, err error) {
	err = fields(b, func(field, number uint64, bytes []byte) error {
		if v != nil {
			return errors.New("mvttest: a value is two")
		}
		switch field {
		case 1:
			v = string(bytes)
		case 5:
			v = number
		case 7:
			v = number == 1
		default:
			return fmt.Errorf("mvttest: field %d of a value", field)
		}
		return nil
	})
	if v == nil && err == nil {
		err = errors.New("mvttest: a value is nothing")
	}
	return v, err
}

func numbers(b []byte) (out []uint64, err error) {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errCut
		}
		out, b = append(out, v), b[n:]
	}
	return out, nil
}

func decodeFeature(b []byte, keys []string, values []any) (Feature, error) {
	f := Feature{Tags: map[string]any{}}
	err := fields(b, func(field, number uint64, bytes []byte) error {
		switch field {
		case 1:
			f.ID = number
		case 2:
			return f.tag(bytes, keys, values)
		case 3:
			f.Kind = number
		case 4:
			return f.draw(bytes)
		default:
			return fmt.Errorf("mvttest: field %d of a feature", field)
		}
		return nil
	})
	if err == nil && len(f.Parts) == 0 {
		err = errors.New("mvttest: a feature without geometry")
	}
	return f, err
}

func (f *Feature) tag(b []byte, keys []string, values []any) error {
	tags, err := numbers(b)
	if err != nil || len(tags)%2 != 0 {
		return errors.Join(err, errCut)
	}
	for i := 0; i < len(tags); i += 2 {
		if tags[i] >= uint64(len(keys)) || tags[i+1] >= uint64(len(values)) {
			return errors.New("mvttest: a tag beyond the table")
		}
		key := keys[tags[i]]
		if _, twice := f.Tags[key]; twice {
			return fmt.Errorf("mvttest: %q is tagged twice", key)
		}
		f.Tags[key] = values[tags[i+1]]
	}
	return nil
}

// draw reads the commands. The kind stands before the geometry, as everybody writes it.
func (f *Feature) draw(b []byte) error {
	list, err := numbers(b)
	if err != nil {
		return err
	}
	var at [2]int
	step := func() error {
		if len(list) < 2 {
			return errCut
		}
		for i := range at {
			at[i] += int(int32(uint32(list[i])>>1) ^ -int32(uint32(list[i])&1))
		}
		list = list[2:]
		return nil
	}
	for len(list) > 0 {
		command, count := list[0]&7, list[0]>>3
		list = list[1:]
		last := len(f.Parts) - 1
		switch {
		case command == 1 && count == 1:
			if err := step(); err != nil {
				return err
			}
			f.Parts = append(f.Parts, [][2]int{at})
		case command == 2 && f.Kind == 3 && last >= 0 && len(f.Parts[last]) == 1 && count >= 2:
			for range count {
				before := at
				if err := step(); err != nil {
					return err
				}
				if at == before {
					return errors.New("mvttest: a step to where it is")
				}
				f.Parts[last] = append(f.Parts[last], at)
			}
			if f.Parts[last][0] == at {
				return errors.New("mvttest: a ring closes itself")
			}
		case command == 7 && count == 1 && f.Kind == 3 && last >= 0 && len(f.Parts[last]) > 2:
			if Area(f.Parts[last]) == 0 || last == 0 && Area(f.Parts[0]) < 0 {
				return errors.New("mvttest: a ring without area, or a hole in nothing")
			}
		default:
			return fmt.Errorf("mvttest: command %d, %d times, in a feature of kind %d", command, count, f.Kind)
		}
	}
	return nil
}
