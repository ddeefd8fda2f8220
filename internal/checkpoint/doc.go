// Package checkpoint makes it show when the record was bent. The events of a case chain, so whoever changes one must change all
// that follow; with write access to the store they can do that, and can bring back yesterday's store altogether. A checkpoint is a
// signed statement of where everything stood at a moment: the head of every chain that moved since the one before, every
// new report as it was sent, every new photo's bytes. Checkpoints chain among themselves, and they are worth as much as
// the place where they are kept: a file on another machine cannot be rewritten from here.
//
// # What is stated
//
// A Mark says of one thing how far it had come and the hash that stands for all of it until there. A case's hash is that of its
// newest event; a report's covers what was first sent, sealed; a photo's is the SHA-256 of its stored bytes. No mark holds a
// personal value, so a file of them may lie anywhere.
//
// # What it shows
//
// An event that was changed, removed, moved or put in, although the chain was calculated anew; a case cut short; a case, report
// or photo that is gone or exchanged; a store that was brought back to an earlier state. What happened after the newest
// checkpoint is covered by the next: with a checkpoint every five minutes, that is the longest that somebody has.
//
// # What it does not show
//
// Whoever has both the store and the installation key can sign other checkpoints: against them stands only a file elsewhere that
// was written before. And it says that something was bent, not what it was before: that is what backups are for.
//
// # Clocks
//
// What moved is found by the time of its newest event, two minutes further back than the last checkpoint; instances must agree
// that well, as for erasures. What slipped through all the same is stated when it moves again, or by a whole checkpoint.
package checkpoint
