// Package media keeps photos and voice recordings: it checks them, takes the place and time out of them, and stores copies that tell nothing
// but what is to be seen. What is said of photos here goes for recordings, too: they have no small picture, and their copy is
// built anew from what was understood of them (m4a.go, mp3.go), since nothing here plays them.
//
// # The way of a photo
//
//	bytes ─▶ kind by content ─▶ size in pixels, before anything is decoded ─▶ metadata read (Origin) ─▶ stripped copy
//	      ─▶ the copy is decoded, which proves it whole ─▶ thumbnail ─▶ pending record ─▶ blobs ─▶ record ready
//
// The camera's position and time are evidence, and they give a home away. So they are read first and sealed under the
// photo's own key, and every copy that is stored or served is free of them: what is kept of a file is a short list
// (jpeg.go, png.go), everything else goes, also what nobody has thought of. The picture itself is not encoded anew.
//
// # Two kinds of store, one order
//
// A record and its blobs take part in no common transaction. The record is written first, as pending and invisible, and
// names its blobs; then the blobs; then the record becomes ready. So nothing can be stored that no record knows of, and
// Sweep removes what a crash left pending and what was uploaded and never attached to a report. Of what it removed the
// record stays, some hundred bytes: the phone's id stays bound to its content, and one row's versions tell who was first
// when a phone sends again what is being removed. Blobs have random ids of one life of the record each, so a slow
// remover can never hit the next life's.
//
// # At rest
//
// Picture and thumbnail lie sealed under the photo's own key, which is erased with it: what is left of them on a disk or in a
// backup opens no more. The record has the checksums of what lies there, so that it can be checked without the key. The
// same picture in two reports lies there twice, sealed differently: nobody can tell that they are the same.
package media
