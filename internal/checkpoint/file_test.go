package checkpoint

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// exported is a file of n checkpoints with one mark each.
func exported(t testing.TB, n int) []byte {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s%s\n", fileForm, base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)))
	var before Checkpoint
	for i := 1; i <= n; i++ {
		m, err := MarkOf(Case, "case-1", i, bytes.Repeat([]byte{byte(i)}, 32))
		if err != nil {
			t.Fatal(err)
		}
		part := m.line(nil)
		c := Checkpoint{N: int64(i), At: time.UnixMilli(int64(i)).UTC(), Parts: []string{partSum(part)}, Marks: 1}
		if i > 1 {
			c.Prev = before.Sum()
		}
		c.sign(key)
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s%s\n%s", pointForm, text, part)
		before = c
	}
	return b.Bytes()
}

// FuzzRead holds the reader to it that no bytes upset it, and that what it takes for whole can be read again to the same end.
func FuzzRead(f *testing.F) {
	file := exported(f, 3)
	f.Add(file)
	f.Add(file[:len(file)-10])
	f.Add([]byte(fileForm + "AAAA\n"))
	f.Add(bytes.Replace(file, []byte(`"marks":1`), []byte(`"marks":9000000000000000000`), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, whole, err := Read(bytes.NewReader(b), nil)
		if err != nil {
			return
		}
		if whole > int64(len(b)) {
			t.Fatalf("%d of %d bytes are whole", whole, len(b))
		}
		again, _, end, err := Read(bytes.NewReader(b[:whole]), nil)
		if err != nil || end != whole || again.Last.N != r.Last.N || again.Marks != r.Marks {
			t.Fatalf("%v: %d bytes, %d checkpoints, %d marks; were %d, %d, %d", err, end, again.Last.N, again.Marks, whole, r.Last.N, r.Marks)
		}
	})
}

// TestEveryByteOfAFileCounts turns one bit after another.
func TestEveryByteOfAFileCounts(t *testing.T) {
	file := exported(t, 4)
	meant, _, _, err := Read(bytes.NewReader(file), nil)
	if err != nil || len(meant.Problems) > 0 {
		t.Fatal(err, meant)
	}
	head := bytes.IndexByte(file, '\n') + 1
	for i := head; i < len(file); i++ {
		spoilt := bytes.Clone(file)
		spoilt[i] ^= 1
		r, _, whole, err := Read(bytes.NewReader(spoilt), nil)
		// The last character of base64 has bits that mean nothing.
		if err == nil && len(r.Problems) == 0 && whole == int64(len(file)) && !reflect.DeepEqual(r, meant) {
			t.Errorf("byte %d, %q for %q: nothing shows", i, spoilt[i], file[i])
		}
	}
}
