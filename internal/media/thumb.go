package media

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// thumbEdge is a thumbnail's longer edge in pixels: two columns on a phone.
const (
	thumbEdge    = 320
	thumbQuality = 80
)

// thumbnail makes an upright JPEG of at most 320 px, transparent parts white. A large picture is first sampled down to
// four times that size, because filtering every pixel of a photo costs a second and 60 MB and looks no better.
func thumbnail(img image.Image, orientation int) ([]byte, error) {
	if rough := fit(img.Bounds(), 4*thumbEdge); rough.Dx() < img.Bounds().Dx() || rough.Dy() < img.Bounds().Dy() {
		sampled := image.NewRGBA(rough)
		draw.NearestNeighbor.Scale(sampled, rough, img, img.Bounds(), draw.Src, nil)
		img = sampled
	}
	small := image.NewRGBA(fit(img.Bounds(), thumbEdge))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Over, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, upright(small, orientation), &jpeg.Options{Quality: thumbQuality})
	return b.Bytes(), err
}

// fit is the size of a picture whose longer edge is at most edge; it never grows.
func fit(r image.Rectangle, edge int) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if long := max(w, h); long > edge {
		w, h = max(1, w*edge/long), max(1, h*edge/long)
	}
	return image.Rect(0, 0, w, h)
}

// upright turns and mirrors a picture as its EXIF orientation says (Exif 3.0, 4.6.5.1.6).
func upright(src *image.RGBA, orientation int) image.Image {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			dst.SetRGBA(x, y, src.RGBAAt(sx, sy))
		}
	}
	return dst
}
