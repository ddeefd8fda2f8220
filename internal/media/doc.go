// Package media keeps photos: it checks them, takes the place and time out of them, and stores copies that tell nothing
// but what is to be seen.
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
// # What the next issue adds
//
// The blobs are stored as they are served. Sealing them is a decorator of the Blobs port that closes what goes in and
// opens what comes out under Photo.Key, which each photo has for that reason and which is erased with it.
package media
