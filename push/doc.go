// Package push tells people that something needs them. A push knocks and does not tell: the words on a lock screen name
// no person, place, story or case number; the app opens and fetches the rest under its own permissions.
//
// The way of a notice:
//
//	mediation stores a Notice together with the change that it announces
//	   └─ the store moves it into the outbox, under the notice's own id
//	        └─ Relay, first stage: who is the recipient? (Directory)
//	             ├─ one inbox item per user            id = notice + user
//	             ├─ one outbox entry per device        id = notice + device
//	             └─ the notice is finished
//	                  └─ Relay, second stage: one send per entry (Sender)
//	                       ├─ delivered, or no use any more → finished
//	                       ├─ the vendor is busy or away    → again later
//	                       └─ refused, or tried too often   → dead letter, visible and resendable
//
// Every step is found again after a crash, because each is written under an id that a second run repeats. What a crash
// cannot spare us is the doubt between a send and the note that it was done: an entry whose claim expired is marked
// PossiblyTwice and sent again, and phones drop a notice id that they have seen (the notification's tag does it
// where the app does not run).
//
// Two kinds of time meet here. A Notice speaks in case time, which is virtual in a simulation; claims, retries and
// ages run on the machine's clock. They are never compared: only lengths of time (Due − At) cross over.
package push
