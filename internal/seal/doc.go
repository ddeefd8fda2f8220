// Package seal keeps personal values closed. It implements mediation.Sealer and account.Vault.
//
// # Three layers
//
// A value (a name, a phone number, a story) is closed with AES-256-GCM under a data key of its case or person. Each data
// key is wrapped by the installation key under an epoch, and only the wrap is stored, in tables that are kept and backed
// up apart from the data. The installation key itself is never stored: it comes from a file or the environment (kek.go), or
// stays in a key service (transit).
//
// So whoever steals the database reads nothing, whoever steals the wraps as well reads nothing, and destroying one wrap
// of some hundred bytes erases a person's words in every table, event and log at once, while every hash over the
// ciphertext still verifies.
//
// # What is stored where
//
// A box is version ‖ nonce (12 random bytes) ‖ ciphertext ‖ tag, bound to its version and its key's id, so that a box put
// beside another key does not open. A wrap is bound to its id and epoch likewise. Random 96-bit nonces are safe for 2³²
// boxes under one key (NIST SP 800-38D, 8.3); a case has hundreds, an installation fewer wraps than that.
//
// The wrap named "root" holds the secret from which the hashing key, the vault key and the key that signs checkpoints derive; it
// never changes, so hashes and signatures survive a rotation. It is the check value too: an installation key that does not open it is refused at start.
//
// # Making keys
//
// A key must be stored before anything is sealed under it, yet a report must not wait for a second commit. So keys are
// made and stored in batches before they are needed and handed out from memory (pool.go). What a stopped process had not
// handed out stays behind as wraps that nothing refers to: harmless, about 150 bytes each, a few dozen per quiet restart.
//
// # Erasing
//
// Erase writes the journal entry, then removes the wrap. The journal outweighs the wrap wherever both are there, so a
// crash in between or an old backup of the wraps does not bring words back; Replay removes such wraps, and restoring
// runs it. The process that erases forgets the key at once. Others poll the journal: they notice within Options.Poll of
// their next use (5 s), and one that cannot read the journal for Options.Trust (30 s) opens nothing until it can again.
// The poll looks back two minutes further than the last one, so the clocks of the instances must agree that well.
//
// # Rotating
//
// Rotate wraps every key anew under the newest epoch and touches no ciphertext. All instances get the file with both
// epochs first; then one runs Rotate; when that returned, the old epoch's line may be destroyed, and with it the
// readability of every older backup, of wraps and of records. It may be interrupted and run again, and others go on working.
//
// # What it does not hide
//
// Lengths, and which values are equal under Hash. Word hashes keep their frequency: who has the database and much time
// can guess common words from it. That is the price of searching without reading.
package seal
