package handlers

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"testing"
)

// formOf is a form as phones send it.
func formOf(t testing.TB, id string, photo []byte) (boundary string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	err := w.WriteField("clientId", id)
	part, errPart := w.CreateFormFile("photo", "1.jpg")
	if err = errors.Join(err, errPart); err == nil {
		_, err = part.Write(photo)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.Boundary(), out.Bytes()
}

// FuzzForm: a form is refused in words, or gives the file and a client id that is short; and what is in a whole one arrives.
func FuzzForm(f *testing.F) {
	boundary, form := formOf(f, "6f1d1c0e-3c55-4a3b-9d0e-2b7f0f9e6b11", []byte("\xff\xd8\xff\xd9"))
	f.Add("multipart/form-data; boundary="+boundary, form)
	f.Add("multipart/form-data; boundary="+boundary, form[:len(form)-20])
	f.Add("multipart/form-data", form)
	f.Add(`multipart/form-data; boundary="a b"; boundary*0=c`, []byte("--a b\r\nContent-Disposition: form-data; name=recording\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=00\r\n--a b--"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--\r\n"))
	f.Fuzz(func(t *testing.T, kind string, src []byte) {
		_, params, err := mime.ParseMediaType(kind)
		if err != nil {
			params = map[string]string{"boundary": boundary}
		}
		part, id, err := photoPart(multipart.NewReader(bytes.NewReader(src), params["boundary"]), "")
		if err != nil {
			refusedAs(t, err, http.StatusBadRequest, http.StatusUnprocessableEntity)
		} else if name := part.FormName(); name != "photo" && name != "recording" || len(id) > 200 {
			t.Fatalf("the part %q with the client id %q", name, id)
		} else if n, _ := io.Copy(io.Discard, part); n > int64(len(src)) {
			t.Fatalf("%d bytes became %d", len(src), n)
		}
		boundary, form := formOf(t, "id", src)
		part, id, err = photoPart(multipart.NewReader(bytes.NewReader(form), boundary), "")
		if err != nil || id != "id" {
			t.Fatalf("client id %q, %v", id, err)
		}
		if got, err := io.ReadAll(part); err != nil || !bytes.Equal(got, src) {
			t.Fatalf("%d bytes arrive as %d: %v", len(src), len(got), err)
		}
	})
}
