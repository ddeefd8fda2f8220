package sheet

import (
	"io"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// Measures of the paper, A4 upright, in millimetres and points.
const (
	margin     = 15.0
	paperWidth = 210 - 2*margin
	paperEnd   = 297 - margin
	line       = 5.0
	padding    = 1.0
	titleSize  = 14
	textSize   = 9
)

// WritePDF writes the book as a paper; each table begins on a page of its own.
func (b *Book) WritePDF(w io.Writer, font *Font) error {
	if font == nil {
		return ErrNoFont
	}
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(b.Of.UTC())
	f.SetModificationDate(b.Of.UTC())
	f.SetProducer("fengqiao", true)
	f.SetTitle(b.Title, true)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes(family, "", font.data)
	f.SetFooterFunc(func() {
		f.SetFont(family, "", textSize)
		f.SetXY(margin, 297-margin+2)
		f.CellFormat(paperWidth, line, strconv.Itoa(f.PageNo()), "", 0, "C", false, 0, "")
	})
	p := &printer{Fpdf: f, font: font}
	for i := range b.Sheets {
		if err := p.print(&b.Sheets[i]); err != nil {
			return err
		}
	}
	if p.lacking {
		p.Ln(2)
		p.text(lackingNote, line)
	}
	return f.Output(w)
}

const family = "paper"

// lackingNote explains the codes on a paper.
const lackingNote = "[U+…]：本字体没有的字的统一码，原字见同一份表格（XLSX）。 [U+…] is the code of a character that this font lacks; the workbook (XLSX) has it."

type printer struct {
	*fpdf.Fpdf
	font    *Font
	lacking bool // a character had no glyph
}

func (p *printer) print(s *Sheet) error {
	p.AddPage()
	p.SetFont(family, "", titleSize)
	p.text(s.Title, 8)
	p.SetFont(family, "", textSize)
	for _, above := range s.Above {
		p.text(above, line)
	}
	p.Ln(2)
	widths := s.columns()
	heads := make([]Cell, len(s.Heads))
	for i, h := range s.Heads {
		heads[i] = Text(h)
	}
	p.row(heads, widths, true)
	return s.each(func(cells []Cell) error {
		if p.GetY()+p.height(cells, widths) > paperEnd {
			p.AddPage()
			p.SetFont(family, "", textSize)
			p.row(heads, widths, true)
		}
		p.row(cells, widths, false)
		return nil
	})
}

// columns are the widths in millimetres.
func (s *Sheet) columns() []float64 {
	sum := 0.0
	for i := range s.Heads {
		sum += s.width(i)
	}
	widths := make([]float64, len(s.Heads))
	for i := range widths {
		widths[i] = s.width(i) / sum * paperWidth
	}
	return widths
}

// text writes lines over the whole width.
func (p *printer) text(text string, height float64) {
	for _, l := range p.wrapped(text, paperWidth) {
		p.CellFormat(paperWidth, height, l, "", 1, "L", false, 0, "")
	}
}

// wrapped parts a text into lines. Chinese may be parted anywhere, and what stands in these tables is mostly Chinese.
func (p *printer) wrapped(text string, width float64) []string {
	var lines []string
	var now []rune
	used := 0.0
	printed, whole := p.font.printable(text)
	p.lacking = p.lacking || !whole
	for _, r := range printed {
		w := p.GetStringWidth(string(r))
		if used+w > width-2*padding && len(now) > 0 {
			lines, now, used = append(lines, string(now)), nil, 0
		}
		now, used = append(now, r), used+w
	}
	return append(lines, string(now))
}

func (p *printer) height(cells []Cell, widths []float64) float64 {
	most := 1
	for i, c := range cells {
		most = max(most, len(p.wrapped(c.String(), widths[i])))
	}
	return float64(most)*line + 2*padding
}

func (p *printer) row(cells []Cell, widths []float64, head bool) {
	x, y, h := margin, p.GetY(), p.height(cells, widths)
	for i, c := range cells {
		style := "D"
		if head {
			p.SetFillColor(231, 230, 230)
			style = "FD"
		}
		p.Rect(x, y, widths[i], h, style)
		align := "L"
		if c.Number != nil {
			align = "R"
		}
		for n, l := range p.wrapped(c.String(), widths[i]) {
			p.SetXY(x, y+padding+float64(n)*line)
			p.CellFormat(widths[i], line, l, "", 0, align, false, 0, "")
		}
		x += widths[i]
	}
	p.SetXY(margin, y+h)
}
