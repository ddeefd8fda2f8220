package boundary

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is an open file of boundaries, or the files that make up a Shapefile.
type File struct {
	Reader
	parts []*part
}

// part is one file, which is counted and summed up while it is read.
type part struct {
	src   io.Reader
	close func() error
	size  int64
	sum   hash.Hash
	watch func(bytes int)
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.src.Read(b)
	p.sum.Write(b[:n])
	if p.watch != nil {
		p.watch(n)
	}
	return n, err
}

// sequences are the names' ends of files with one feature a line, or framed.
var sequences = []string{".geojsonl", ".geojsonseq", ".geojsons", ".ndjson", ".jsonl", ".ldjson", ".ndgeojson"}

// Open opens a file of boundaries. Its name's end tells the format, and where that is none of the known its content. The
// other files of a Shapefile lie beside it. Errors: those of Reader, and of the disk.
func Open(name string, o Options) (*File, error) {
	f := new(File)
	p, err := f.open(name)
	if err == nil {
		err = f.choose(name, p, o)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// From reads a stream, whose content tells the format; Shapefiles cannot be read so. Errors: see Reader.
func From(src io.Reader, o Options) (*File, error) {
	f := new(File)
	return f, f.choose("", f.add(&part{src: src, close: func() error { return nil }}), o)
}

func (f *File) open(name string) (*part, error) {
	src, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	p := f.add(&part{src: src, close: src.Close})
	if info, err := src.Stat(); err == nil && info.Mode().IsRegular() {
		p.size = info.Size()
	}
	return p, nil
}

func (f *File) add(p *part) *part {
	p.sum = sha256.New()
	f.parts = append(f.parts, p)
	return p
}

func (f *File) choose(name string, p *part, o Options) error {
	switch end := strings.ToLower(filepath.Ext(name)); {
	case end == ".shp":
		return f.shapefile(name, p)
	case slices.Contains(sequences, end):
		o.Sequence = true
		f.Reader = NewGeoJSON(p, o)
		return nil
	case end == ".geojson" || end == ".json":
		f.Reader = NewGeoJSON(p, o)
		return nil
	case end == ".csv" || end == ".tsv":
		f.Reader = NewCSV(p, o)
		return nil
	}
	return f.sniff(name, p, o)
}

// sniff tells the format by its first bytes.
func (f *File) sniff(name string, p *part, o Options) error {
	src := bufio.NewReaderSize(p.src, 4<<10)
	start, err := src.Peek(4 << 10)
	if err != nil && err != io.EOF {
		return err
	}
	p.src = src
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	line, _, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case bytes.HasPrefix(start, []byte{0, 0, 0x27, 0x0a}) && name != "":
		return f.shapefile(name, p)
	case len(text) > 0 && bytes.IndexByte([]byte{'{', '[', recordSeparator}, text[0]) >= 0:
		f.Reader = NewGeoJSON(p, o)
		return nil
	case bytes.ContainsAny(line, ",;\t") && bytes.IndexByte(line, 0) < 0:
		f.Reader = NewCSV(p, o)
		return nil
	}
	return Whole("format", "")
}

// shapefile opens the files beside a .shp. Their ends may be in capitals, whatever its own is.
func (f *File) shapefile(name string, shp *part) error {
	beside, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return err
	}
	parts := Parts{Shp: shp}
	stem := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	for _, entry := range beside {
		base := entry.Name()
		if strings.TrimSuffix(base, filepath.Ext(base)) != stem {
			continue
		}
		path := filepath.Join(filepath.Dir(name), base)
		switch strings.ToLower(filepath.Ext(base)) {
		case ".dbf":
			if parts.Dbf, err = f.open(path); err != nil {
				return err
			}
		case ".prj":
			parts.Prj, err = f.text(path)
		case ".cpg":
			parts.Cpg, err = f.text(path)
		}
		if err != nil {
			return err
		}
	}
	f.Reader = NewShapefile(parts)
	return nil
}

// text reads a small file beside a .shp.
func (f *File) text(name string) (string, error) {
	p, err := f.open(name)
	if err != nil {
		return "", err
	}
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(p, most+1))
	if len(b) > most {
		return "", Whole("shapefile", filepath.Ext(name))
	}
	return string(b), err
}

// Size is the bytes of all parts; 0 if it is not known.
func (f *File) Size() (n int64) {
	for _, p := range f.parts {
		n += p.size
	}
	return n
}

// Watch has the bytes told as they are read.
func (f *File) Watch(told func(bytes int)) {
	for _, p := range f.parts {
		p.watch = told
	}
}

// Sum is the SHA-256 of a file, and of several the sum of their sums. It reads what is left of them.
func (f *File) Sum() ([]byte, error) {
	var sums []byte
	for _, p := range f.parts {
		if _, err := io.Copy(io.Discard, p); err != nil {
			return nil, err
		}
		sums = p.sum.Sum(sums)
	}
	if len(f.parts) == 1 {
		return sums, nil
	}
	all := sha256.Sum256(sums)
	return all[:], nil
}

// Close closes all parts.
func (f *File) Close() error {
	var err error
	for _, p := range f.parts {
		err = errors.Join(err, p.close())
	}
	return err
}
